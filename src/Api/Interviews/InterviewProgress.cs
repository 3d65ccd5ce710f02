using System.Text.Json;
using Pipeline.Api.Conversations;
using Pipeline.Contracts;
using Pipeline.Core.Conversations;

namespace Pipeline.Api.Interviews;

/// <summary>
/// Where an interview stands. Nothing of it is stored: it follows from the messages, so it cannot disagree with them, and no
/// worker has to know of interviews.
/// </summary>
internal sealed record InterviewProgress
{
    /// <summary>Exchanges with the model's judgement, oldest first.</summary>
    public required IReadOnlyList<JudgedExchange> Exchanges { get; init; }

    /// <summary>Where the next answer belongs; the number of phases when all are over.</summary>
    public required int Phase { get; init; }

    /// <summary>What the next answer is about, an index of the topics: the last one stays, however often the model wants another.</summary>
    public required int Topic { get; init; }

    public required bool IsFinished { get; init; }

    /// <summary>What the candidate reads now; null before the first message is there.</summary>
    public string? Message { get; init; }

    public static InterviewProgress Of(InterviewSettings settings, IReadOnlyList<SentMessage> messages)
    {
        List<JudgedExchange> exchanges = [];
        int phase = 0, inPhase = 0, topic = 0;
        string? message = null;
        foreach (var answered in messages.TakeWhile(sent => sent.Result is not null))
        {
            var step = JsonSerializer.Deserialize(answered.Result!, StepInterview.ResultJson)!;
            if (message is not null)
            {
                exchanges.Add(new(settings.Phases[phase], settings.Topics[topic], message, answered.Content!, step.Evaluation));
                inPhase++;
                if (step.Action is InterviewActions.NextPhase || inPhase >= settings.QuestionsPerPhaseMax)
                {
                    (phase, inPhase) = (phase + 1, 0);
                }
            }

            if (step.Action is InterviewActions.NewTopic)
            {
                topic = Math.Min(topic + 1, settings.Topics.Count - 1);
            }

            message = step.Message;
            if (phase >= settings.Phases.Count || exchanges.Count >= settings.QuestionsMax)
            {
                return new() { Exchanges = exchanges, Phase = phase, Topic = topic, IsFinished = true, Message = message };
            }
        }

        return new() { Exchanges = exchanges, Phase = phase, Topic = topic, IsFinished = false, Message = message };
    }

    /// <summary>The job that answers <paramref name="answer"/>, or that opens the interview where it is null.</summary>
    public StepInterview Step(InterviewSettings settings, string? answer, ConversationOptions options) => new()
    {
        Topic = settings.Topics[Topic],
        NextTopic = settings.Topics.ElementAtOrDefault(Topic + 1),
        Phase = settings.Phases[Math.Min(Phase, settings.Phases.Count - 1)],
        NextPhase = settings.Phases.ElementAtOrDefault(Phase + 1),
        History = Latest(options),
        Question = answer is null ? null : Message,
        Answer = answer,
        Language = settings.Language,
        Prompt = settings.Prompt,
    };

    /// <summary>
    /// Oldest first. They are part of one message, which the worker cannot cut, and only it knows tokens: a character is seldom
    /// more than one, so as many characters as tokens are within the budget.
    /// </summary>
    private List<Exchange> Latest(ConversationOptions options)
    {
        var room = options.ContextTokens;
        var latest = Exchanges.Reverse().Take(options.ContextMessages)
            .TakeWhile(exchange => (room -= exchange.Question.Length + exchange.Answer.Length) >= 0);
        return [.. latest.Select(exchange => new Exchange(exchange.Question, exchange.Answer)).Reverse()];
    }
}

/// <param name="Phase">In which the question was asked.</param>
/// <param name="Topic">That it was about.</param>
/// <param name="Evaluation">Of the answer.</param>
internal sealed record JudgedExchange(string Phase, string Topic, string Question, string Answer, AnswerEvaluation? Evaluation);
