using System.ComponentModel;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Contracts;

namespace Pipeline.Api.InterviewReports;

internal static class InterviewReportDocs
{
    public static readonly EndpointDoc Write = KindDocs.Of(
        "writeInterviewReport",
        "report",
        "Write a report on an interview or test",
        typeof(InterviewReportRequest),
        InterviewReport.Kind,
        """{"language":"en","summary":"Sound basics; costs are seldom named.","strengths":["Explains simply."],"improvements":["Name trade-offs."],"recommendations":["Measure one query with and without its index."],"overall_score":70,"question_feedbacks":[{"question":"How does an index help?","answer_summary":"It avoids reading the table.","score":7,"feedback":"Right, without costs."}]""",
        ("Questions and answers", """{"title":"Databases","items":[{"question":"How does an index help?","answer":"It finds rows without reading the whole table."},{"question":"What is a key?","answer":"It names a row."}]}"""),
        ("Your own prompt", """{"system_prompt":"You write reports.","user_prompt":"Transcript: …"}"""))
        with
    {
        Description = "Each item is judged by itself, then all are summed up; `progress` of the job says how far it is. With `Accept: text/html` a finished report is a page to print, also under `GET /api/jobs/{id}`.",
    };
}

/// <summary>The body for readers of the document.</summary>
[Description("items, or interview_id, or user_prompt, or messages.")]
internal sealed record InterviewReportRequest : PromptedRequest
{
    [Description("1 to Input:ExchangesMax (1,000) questions with answers.")]
    public IReadOnlyList<Exchange>? Items { get; init; }

    [Description("An interview of POST /api/interviews instead.")]
    public Guid? InterviewId { get; init; }

    [Description("At most 200 characters.")]
    public string? Title { get; init; }

    [Description("Language of the report, ko or en; default the answers'.")]
    public string? Language { get; init; }
}
