using System.ComponentModel;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Contracts;

namespace Pipeline.Api.Conversations;

internal static class UserChatDocs
{
    public static readonly EndpointDoc Say = new EndpointDoc
    {
        Name = "chatWithUser",
        Tag = "conversations",
        Summary = "Answer a message of a user",
        Description = "Each user_id of a client has one conversation, which begins with the first message and is listed at /api/conversations. The request is held for the answer, at most Api:CompletionWaitMax (10 min); `?view=job` answers with the job instead.",
        Parameters = SharedDocs.Submission,
        Body = new(typeof(UserMessageRequest), [("A message of a user", """{"user_id":"user-7","message":"What is the capital of Korea?"}""")]) { Also = [typeof(CommonRequest)] },
        Answers =
        [
            new(200, "The reply.", typeof(UserChatAnswer), """{"response":"Seoul.","user_id":"user-7","status":"success"}""") { Headers = SharedDocs.SubmissionHeaders },
            new(202, "The job as it is, with `Prefer: respond-async` or `?view=job`.", typeof(JobResource), SharedDocs.Queued(CompleteChat.Descriptor)) { Headers = SharedDocs.SubmissionHeaders },
        ],
        Problems = [.. SharedDocs.Submissions, ProblemType.ConversationState, ProblemType.JobRejected, ProblemType.JobEnded, ProblemType.JobFailed, ProblemType.NotFinished],
    }.Streamed();
}

/// <summary>The body for readers of the document.</summary>
internal sealed record UserMessageRequest : SampledMessage
{
    [Description("Whose conversation it is: 1 to 200 characters of your own.")]
    public required string UserId { get; init; }

    [Description("At most Input:TextLengthMax (20,000) UTF-16 code units.")]
    public required string Message { get; init; }

    [Description("true: server-sent events instead of the reply.")]
    public bool? Stream { get; init; }
}
