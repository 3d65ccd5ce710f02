using Pipeline.Contracts;

namespace Pipeline.Api.Jobs;

/// <summary>Texts that a model has to take together, and the field to blame where it cannot.</summary>
/// <param name="Field">Of the body.</param>
/// <param name="Texts">What is in the prompt whatever the template makes of the rest.</param>
internal sealed record CountedPrompt(string Kind, string? Model, string Field, IReadOnlyList<string> Texts)
{
    private const string Messages = "messages";

    /// <summary>Every prompt without which the job fails; none for kinds that nobody counts.</summary>
    /// <param name="sent">The input as its client sent it.</param>
    /// <param name="written">The same with its prompts written out.</param>
    public static IEnumerable<CountedPrompt> Of(IJob sent, IJob written) => (sent, written) switch
    {
        (_, CompleteChat chat) => [new(CompleteChat.Kind, chat.Model, Messages, Kept(chat.Messages, chat.Truncation is Truncations.Disabled))],
        (GiveFeedback feedback, GiveFeedback { Messages: { } messages } job) => [new(GiveFeedback.Kind, job.Model, FieldOf(feedback), Kept(messages))],
        (StepInterview step, StepInterview { Messages: { } messages } job) => [new(StepInterview.Kind, job.Model, FieldOf(step), Kept(messages))],
        (InterviewReport, InterviewReport { Items: { } items, QuestionPrompt: { } question } job) => items.Select(
            (item, index) => new CountedPrompt(InterviewReport.Kind, job.Model, $"items[{index}]", Kept(InterviewReport.Ask(question, item)))),
        (InterviewReport report, InterviewReport { Messages: { } messages } job) => [new(InterviewReport.Kind, job.Model, Own(report.Messages), Kept(messages))],
        _ => [],
    };

    /// <summary>The field that says most.</summary>
    private static string FieldOf(GiveFeedback sent) => sent.Question is null ? Own(sent.Messages)
        : sent.Question.Length > sent.Answer!.Length ? "question" : "answer";

    private static string FieldOf(StepInterview sent) => sent.Topic is null ? Own(sent.Messages)
        : sent.History?.Sum(exchange => exchange.Question.Length + exchange.Answer.Length) > (sent.Answer?.Length ?? 0) ? "history"
        : sent.Answer is null ? "topic" : "answer";

    private static string Own(IReadOnlyList<PromptMessage>? messages) => messages is null ? "user_prompt" : Messages;

    /// <summary>Answers may lose their thoughts, and the oldest messages their place.</summary>
    private static List<string> Kept(IReadOnlyList<PromptMessage> messages, bool keepsAll = false) =>
    [
        .. messages
            .Where((message, index) => message.Role is PromptRoles.System || (message.Role is PromptRoles.User && (keepsAll || index == messages.Count - 1)))
            .Select(message => message.Content.Trim()),
    ];
}
