using System.Text.Json;
using Microsoft.Extensions.Options;
using Pipeline.Api.Clients;
using Pipeline.Api.Conversations;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Contracts;
using Pipeline.Core.Conversations;

namespace Pipeline.Api.Interviews;

/// <summary><c>/api/interviews</c>: interviews that the pipeline leads from the first question to the last.</summary>
internal static class InterviewsEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/interviews", BeginAsync).Describe(InterviewsDocs.Begin);
        api.MapGet("/interviews/{id}", FindAsync).Describe(InterviewsDocs.Find);
        api.MapDelete("/interviews/{id}", DeleteAsync).Describe(InterviewsDocs.Delete);
        api.MapPost("/interviews/{id}/answers", AnswerAsync).Describe(InterviewsDocs.Answer);
    }

    private static Task<IResult> BeginAsync(
        HttpContext context, JobSubmissions submissions, ConversationStore store, IOptions<ConversationOptions> options) =>
        submissions.SubmitAsync(context, fields =>
        {
            if (InterviewDraft.Parse(fields) is not { } settings || fields.Errors.Any)
            {
                return null;
            }

            var user = UserTag.Take(fields);
            var json = JsonSerializer.Serialize(settings, ApiJson.Wire.InterviewSettings);
            return Draft(InterviewProgress.Of(settings, []).Step(settings, answer: null, options.Value), json) with
            {
                // The interview has the id of its first job, so that a repeat under the same key finds it.
                Write = jobId => new MessageWrite
                {
                    ClientId = context.ClientId(),
                    ConversationId = jobId,
                    Begins = (ConversationKind.Interview, json),
                    UserId = user,
                    IsTagged = user is not null,
                    Position = 0,
                    JobId = jobId,
                },
                Answer = (job, _, status) => ShowAsync(context, store, job.Id, status),
            };
        });

    private static async Task<IResult> AnswerAsync(
        string id, HttpContext context, JobSubmissions submissions, ConversationStore store, IOptions<ConversationOptions> options, IOptions<InputLimits> limits)
    {
        var (conversation, problem) = await StoredConversations.FindAsync(store, context, ConversationKind.Interview, id);
        return conversation is null ? problem! : await submissions.SubmitAsync(context, fields =>
        {
            if (StoredConversations.TakeText(fields, "answer", required: true) is not { } answer)
            {
                return null;
            }

            foreach (var wrong in TextRules.Required("answer", answer, limits.Value))
            {
                fields.Errors.Add(wrong.Field, wrong.Message);
            }

            var settings = InterviewResource.Settings(conversation);
            var progress = InterviewProgress.Of(settings, conversation.Messages);
            return Draft(progress.Step(settings, progress.Message is null ? null : answer, options.Value), answer) with
            {
                UserId = conversation.UserId,
                Write = jobId => Write(conversation, progress, context.ClientId(), jobId, answer),
                Answer = (_, _, status) => ShowAsync(context, store, conversation.Id, status),
            };
        });
    }

    private static MessageWrite Write(Conversation conversation, InterviewProgress progress, Guid clientId, Guid jobId, string answer)
    {
        var write = NextMessage.Write(conversation, clientId, jobId, answer);
        return write with
        {
            Refusal = progress.IsFinished ? "The interview is finished. POST /api/report with its id as interview_id makes a report of it."
                : write.Refusal
                ?? (progress.Message is null ? $"The interview has no first question: job {write.Replaces} did not succeed. Retry that job, or begin another interview." : null),
        };
    }

    private static async Task<IResult> FindAsync(string id, HttpContext context, ConversationStore store)
    {
        var (conversation, problem) = await StoredConversations.FindAsync(store, context, ConversationKind.Interview, id);
        return conversation is null ? problem! : Results.Json(InterviewResource.Of(conversation), ApiJson.Wire.InterviewResource);
    }

    private static Task<IResult> DeleteAsync(string id, HttpContext context, ConversationStore store) =>
        StoredConversations.DeleteAsync(store, context, ConversationKind.Interview, id);

    private static async Task<IResult> ShowAsync(HttpContext context, ConversationStore store, Guid id, int status)
    {
        var (conversation, problem) = await StoredConversations.FindAsync(store, context, ConversationKind.Interview, id.ToString());
        if (conversation is null)
        {
            return problem!; // Deleted meanwhile.
        }

        var resource = InterviewResource.Of(conversation);
        context.Response.Headers.Location = resource.Links.Self;
        return Results.Json(resource, ApiJson.Wire.InterviewResource, statusCode: status);
    }

    private static JobDraft Draft(StepInterview step, string identity) =>
        new() { Kind = StepInterview.Descriptor, Inputs = [step], IsList = false, Priority = JobPriority.Interactive, Identity = identity };
}
