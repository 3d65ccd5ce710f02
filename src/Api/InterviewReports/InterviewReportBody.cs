using System.ComponentModel;
using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Clients;
using Pipeline.Api.Interviews;
using Pipeline.Api.Jobs;
using Pipeline.Contracts;
using Pipeline.Core.Conversations;

namespace Pipeline.Api.InterviewReports;

/// <summary>The body of <c>POST /api/report</c>: items, the client's own prompt, or an interview.</summary>
internal static class InterviewReportBody
{
    private const string InterviewId = "interview_id";

    public static KindBody Body { get; } = new(typeof(InterviewSource), async (fields, request) =>
        fields.Take(InterviewId, JsonValueKind.String, required: false)?.GetString() is { } interview
            ? await OfInterviewAsync(interview, fields, request)
            : KindDraft.Parse(InterviewReport.Descriptor, fields, request.Options, request.Limits, request.Now));

    private static async Task<JobDraft?> OfInterviewAsync(string id, BodyFields fields, KindRequest request)
    {
        var (context, store) = (request.Context, request.Context.RequestServices.GetRequiredService<ConversationStore>());
        var title = fields.Take("title", JsonValueKind.String, required: false)?.GetString();
        var language = fields.Take("language", JsonValueKind.String, required: false)?.GetString();
        var priority = CommonFields.TakePriority(fields);
        var expiresAt = CommonFields.TakeExpiresAt(fields, request.Now, request.Options.ExpiryMax);
        var interviewId = JobIds.Parse(id, fields.Errors, InterviewId);
        if (fields.Errors.Any)
        {
            return null;
        }

        if (await store.FindAsync(context.ClientId(), ConversationKind.Interview, interviewId, context.RequestAborted) is not { } conversation)
        {
            fields.Errors.Add(InterviewId, $"is {id}: there is no such interview, or it belongs to another API key.");
            return null;
        }

        var settings = InterviewResource.Settings(conversation);
        var exchanges = InterviewProgress.Of(settings, conversation.Messages).Exchanges;
        if (exchanges.Count is 0)
        {
            fields.Errors.Add(InterviewId, $"is {id}: nothing has been answered in it yet.");
            return null;
        }

        var input = new InterviewReport
        {
            Items = [.. exchanges.Select(exchange => new Exchange(exchange.Question, exchange.Answer))],
            Title = title ?? Title(settings.Topics),
            Language = language ?? settings.Language,
        };
        foreach (var problem in input.Validate(request.Limits))
        {
            fields.Errors.Add(problem.Field, problem.Message);
        }

        return new JobDraft { Kind = InterviewReport.Descriptor, Inputs = [input], IsList = false, Priority = priority, ExpiresAt = expiresAt };
    }

    /// <summary>Null where the topics are too long together for a title.</summary>
    private static string? Title(IReadOnlyList<string> topics) =>
        string.Join(", ", topics) is { Length: <= InterviewReport.TitleLengthMax } title ? title : null;
}

/// <summary>What the path takes beside the input.</summary>
internal sealed record InterviewSource
{
    [Description("An interview of POST /api/interviews instead.")]
    public Guid? InterviewId { get; init; }
}
