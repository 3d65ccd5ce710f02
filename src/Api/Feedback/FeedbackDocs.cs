using System.ComponentModel;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Contracts;

namespace Pipeline.Api.Feedback;

internal static class FeedbackDocs
{
    public static readonly EndpointDoc Give = KindDocs.Of(
        "giveFeedback",
        "feedback",
        "Judge an answer to a question",
        typeof(FeedbackRequest),
        GiveFeedback.Kind,
        """{"feedback":"Right: an index saves reading the table. What it costs on writes is missing.","score":7,"is_passed":true,"pass_mark":6,"improvement_suggestion":"Say when an index makes things slower." """,
        ("An answer", """{"question":"How does an index help?","answer":"It finds rows without reading the whole table.","criteria":"correctness, trade-offs"}"""),
        ("Korean", """{"question":"인덱스는 왜 쓰나요?","answer":"테이블을 다 읽지 않고 행을 찾으려고요."}"""),
        ("Your own prompt", """{"system_prompt":"You are a strict teacher.","user_prompt":"Judge this essay: …"}"""));
}

/// <summary>The body for readers of the document; <see cref="KindDraft"/> reads it as <see cref="GiveFeedback"/>.</summary>
[Description("question and answer, or user_prompt, or messages.")]
internal sealed record FeedbackRequest : PromptedRequest
{
    public string? Question { get; init; }

    public string? Answer { get; init; }

    [Description("What to judge by; default accuracy, completeness and clarity.")]
    public string? Criteria { get; init; }

    [Description("Language of the feedback, ko or en; default the answer's.")]
    public string? Language { get; init; }

    [Description("Name of a feedback prompt; default \"default\".")]
    public string? Prompt { get; init; }
}
