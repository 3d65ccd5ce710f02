using System.ComponentModel;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Contracts;

namespace Pipeline.Api.Chat;

internal static class ChatDocs
{
    private const string Succeeded = """
        {"id":"019a9c1e-7f00-7000-8000-000000000000","kind":"chat","lane":"chat","priority":"interactive","state":"succeeded","attempt":1,
         "created_at":"2026-11-20T09:00:00+00:00","started_at":"2026-11-20T09:00:00.01+00:00","finished_at":"2026-11-20T09:00:01.2+00:00",
         "result":{"content":"Seoul.","finish_reason":"stop","model":"Qwen2.5 7B Instruct",
           "usage":{"prompt_tokens":25,"cached_tokens":0,"completion_tokens":3,"total_tokens":28},
           "timings":{"queued_ms":10.0,"running_ms":1190.0}},
         "links":{"self":"/api/jobs/019a9c1e-7f00-7000-8000-000000000000"}}
        """;

    private const string Queued = """
        {"id":"019a9c1e-7f00-7000-8000-000000000000","kind":"chat","lane":"chat","priority":"interactive","state":"queued","attempt":0,
         "created_at":"2026-11-20T09:00:00+00:00","links":{"self":"/api/jobs/019a9c1e-7f00-7000-8000-000000000000"}}
        """;

    public static readonly EndpointDoc Complete = new()
    {
        Name = "completeChat",
        Tag = "chat",
        Summary = "Get the next message of a conversation",
        Parameters = SharedDocs.Submission,
        Body = new(typeof(ChatRequest),
        [
            ("A question", """{"messages":[{"role":"user","content":"What is the capital of Korea?"}],"temperature":0,"max_tokens":64}"""),
            ("A conversation", """{"messages":[{"role":"system","content":"Answer in one sentence."},{"role":"user","content":"안녕하세요!"},{"role":"assistant","content":"안녕하세요, 무엇을 도와드릴까요?"},{"role":"user","content":"서울은 어떤 도시인가요?"}]}"""),
        ]),
        Answers =
        [
            new(200, "The finished job, with `Prefer: wait`.", typeof(JobResource), Succeeded) { Headers = SharedDocs.SubmissionHeaders },
            new(202, "The job as it is.", typeof(JobResource), Queued) { Headers = SharedDocs.SubmissionHeaders },
        ],
        Problems = SharedDocs.Submissions,
    };
}

/// <summary>The body for readers of the document; <see cref="KindDraft"/> reads it as <see cref="CompleteChat"/>.</summary>
internal sealed record ChatRequest
{
    [Description("1 to Input:MessagesMax (256) messages, the oldest first: system messages at the start, the user's at the end.")]
    public required IReadOnlyList<ChatRequestMessage> Messages { get; init; }

    [Description("Randomness, 0 to 2; default Models:Chat:Temperature (0.7).")]
    public double? Temperature { get; init; }

    [Description("Most tokens of the answer, at most Input:OutputTokensMax (4,096); default Models:Chat:OutputTokensMax (1,024).")]
    public int? MaxTokens { get; init; }

    [Description("interactive (default) or bulk. Bulk jobs never delay interactive ones.")]
    public string? Priority { get; init; }

    [Description("RFC 3339 time after which nobody wants the result; at most Api:ExpiryMax (30 days) ahead.")]
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <param name="Role">system, user or assistant.</param>
/// <param name="Content">At most Input:TextLengthMax (20,000) UTF-16 code units.</param>
internal sealed record ChatRequestMessage(string Role, string Content);
