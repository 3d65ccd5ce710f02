using System.Text.Json;
using Microsoft.Extensions.Options;
using Pipeline.Api.Body;
using Pipeline.Api.Clients;
using Pipeline.Api.Interviews;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Contracts;
using Pipeline.Core.Conversations;

namespace Pipeline.Api.InterviewReports;

/// <summary><c>POST /api/report</c>: from items, from the client's own prompt, or from an interview.</summary>
internal static class InterviewReportEndpoint
{
    private const string InterviewId = "interview_id";

    private static readonly JobKind Report = JobCatalog.Get(InterviewReport.Kind);

    public static void Map(IEndpointRouteBuilder api) => api.MapPost("/report", SubmitAsync).Describe(InterviewReportDocs.Write);

    private static Task<IResult> SubmitAsync(
        HttpContext context, JobSubmissions submissions, ConversationStore store, IOptions<ApiOptions> options, IOptions<InputLimits> limits, TimeProvider time) =>
        submissions.SubmitAsync(context, async fields =>
        {
            var interview = fields.Take(InterviewId, JsonValueKind.String, required: false)?.GetString();
            return interview is null
                ? KindDraft.Parse(Report, fields, options.Value, limits.Value, time.GetUtcNow())
                : await OfInterviewAsync(interview, fields, context, store, options.Value, limits.Value, time.GetUtcNow());
        });

    private static async Task<JobDraft?> OfInterviewAsync(
        string id, BodyFields fields, HttpContext context, ConversationStore store, ApiOptions options, InputLimits limits, DateTimeOffset now)
    {
        var title = fields.Take("title", JsonValueKind.String, required: false)?.GetString();
        var language = fields.Take("language", JsonValueKind.String, required: false)?.GetString();
        var priority = CommonFields.TakePriority(fields);
        var expiresAt = CommonFields.TakeExpiresAt(fields, now, options.ExpiryMax);
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
        foreach (var problem in input.Validate(limits))
        {
            fields.Errors.Add(problem.Field, problem.Message);
        }

        return new JobDraft { Kind = Report, Inputs = [input], IsList = false, Priority = priority, ExpiresAt = expiresAt };
    }

    /// <summary>Null where the topics are too long together for a title.</summary>
    private static string? Title(IReadOnlyList<string> topics) =>
        string.Join(", ", topics) is { Length: <= InterviewReport.TitleLengthMax } title ? title : null;
}
