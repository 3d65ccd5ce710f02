using System.ComponentModel;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;

namespace Pipeline.Api.Emotion;

internal static class EmotionDocs
{
    public static readonly EndpointDoc Analyze = new()
    {
        Name = "analyzeEmotion",
        Tag = "emotion",
        Summary = "Analyze the emotion of one text or several",
        Description = "One text becomes one job. Several become one job each, accepted together or not at all, and answered as {\"jobs\":[…]} in their order.",
        Parameters = SharedDocs.Submission,
        Body = new(typeof(EmotionRequest),
        [
            ("One text", """{"text":"I got the job!"}"""),
            ("Several texts", """{"texts":["I got the job!","오늘은 정말 힘든 하루였어."],"priority":"bulk"}"""),
        ]),
        Answers =
        [
            new(200, "The finished job, with `Prefer: wait`.", typeof(JobResource), SharedDocs.Succeeded) { Headers = SharedDocs.SubmissionHeaders },
            new(202, "The job as it is.", typeof(JobResource), SharedDocs.Queued) { Headers = SharedDocs.SubmissionHeaders },
        ],
        Problems = SharedDocs.Submissions,
    };
}

/// <summary>The body for readers of the document; <see cref="EmotionDraft"/> reads it.</summary>
[Description("Exactly one of text and texts.")]
internal sealed record EmotionRequest : CommonRequest
{
    [Description("The text, at most Input:TextLengthMax (20,000) UTF-16 code units.")]
    public string? Text { get; init; }

    [Description("1 to Api:TextsMax (256) texts.")]
    public IReadOnlyList<string>? Texts { get; init; }
}
