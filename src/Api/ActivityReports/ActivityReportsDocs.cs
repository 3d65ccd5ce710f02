using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;

namespace Pipeline.Api.ActivityReports;

internal static class ActivityReportsDocs
{
    private const string Tag = "activity";

    private const string Head = """
        "id":"019a9c1e-7f00-7000-8000-000000000008","scope":"night","clients":"own","state":"ready","from":"2026-11-20","to":"2026-11-20",
        "time_zone":"Asia/Seoul","language":"en","created_at":"2026-11-20T15:15:00.2+00:00","links":{"self":"/api/activity/019a9c1e-7f00-7000-8000-000000000008"}
        """;

    private const string Queued = """
        {"id":"019a9c1e-7f00-7000-8000-000000000009","scope":"range","clients":"own","state":"queued","from":"2026-11-14","to":"2026-11-20",
         "time_zone":"Asia/Seoul","language":"en","created_at":"2026-11-21T09:00:00+00:00","links":{"self":"/api/activity/019a9c1e-7f00-7000-8000-000000000009"}}
        """;

    private const string Settings = """{"time_zone":"Asia/Seoul","language":"ko"}""";

    private const string Report = "{" + Head + """
        ,"figures":{"jobs":2,"cached":0,"states":{"succeeded":2},"kinds":[{"kind":"emotion","jobs":2,"cached":0,"states":{"succeeded":2},
        "tokens":{"prompt":92,"cached":80,"completion":0},"queued":{"jobs":2,"p50_ms":12,"p90_ms":13,"p95_ms":13,"p99_ms":13,"steps":{"29":1,"30":1}},
        "running":{"jobs":2,"p50_ms":35,"p90_ms":38,"p95_ms":38,"p99_ms":38,"steps":{"41":1,"42":1}}}],
        "periods":[{"start":"2026-11-20T00:00:00+09:00","kinds":{"emotion":{"succeeded":2}},"emotions":{"joy":2},"queued_p95_ms":13,"running_p95_ms":38}],
        "before":{"days":7,"jobs":10,"states":{"succeeded":10},"kinds":[{"kind":"emotion","jobs":10,"failed":0,"queued_p95_ms":12}]},
        "emotions":{"texts":2,"counts":{"joy":2},"shares":{"joy":1,"sadness":0},"before":{"days":7,"texts":10,"shares":{"joy":0.4,"sadness":0.6},"change":{"joy":0.6,"sadness":-0.6}}}},
        "typical":{"joy":[{"job_id":"019a9c1e-7f00-7000-8000-000000000000","confidence":0.91,"text":"What a lovely surprise!"}]},
        "summary":{"by":"model","state":"succeeded","text":"A quiet day: both texts were joyful.","model":"qwen2.5-7b-instruct"}}
        """;

    public static readonly EndpointDoc List = new()
    {
        Name = "listActivityReports",
        Tag = Tag,
        Summary = "List activity reports, newest first",
        Description = "Every night one is made on the previous day in your time zone. Another one is on all clients together; it contains no client's texts, and only operators and admins see it.",
        Parameters =
        [
            new("query", "scope", "Only those of this scope: night, range or conversations."),
            new("query", "day", "Only those that have this day in them, yyyy-MM-dd."),
            new("query", "before", "Only reports older than this id; `links.next` sets it."),
            new("query", "limit", "1 to Api:PageLengthMax (200), default 50.", "50"),
        ],
        Answers = [new(200, "A page.", typeof(ActivityReportPageResource), """{"reports":[{""" + Head + """}],"links":{"self":"/api/activity?limit=50"}}""")],
        Problems = [ProblemType.InvalidInput, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Find = new()
    {
        Name = "getActivityReport",
        Tag = Tag,
        Summary = "Get a report",
        Description = "With `Accept: text/html` as a self-contained page with charts, for screen and print.",
        Parameters = [new("path", "id", "The report's UUID, such as 019a9c1e-7f00-7000-8000-000000000008.")],
        Answers = [new(200, "The report.", typeof(ActivityReportResource), Report)],
        Problems = [ProblemType.InvalidInput, ProblemType.ActivityReportNotFound, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Delete = new()
    {
        Name = "deleteActivityReport",
        Tag = Tag,
        Summary = "Delete a report of yours",
        Description = "With its summary. That of the last night is made again with the next one, of the jobs that are there then.",
        Parameters = [new("path", "id", "The report's UUID, such as 019a9c1e-7f00-7000-8000-000000000008.")],
        Answers = [new(204, "The report is gone.")],
        Problems = [ProblemType.InvalidInput, ProblemType.ActivityReportNotFound, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Ask = new()
    {
        Name = "requestActivityReport",
        Tag = Tag,
        Summary = "Request a report on a range of days, or on conversations and interviews",
        Description = "It is made in the background; its `state` becomes ready. Days with a nightly report are taken from it, even if their jobs are gone.",
        Body = new(typeof(ActivityReportRequest), [("Days", """{"from":"2026-01-05","to":"2026-01-11"}""")]),
        Answers = [new(202, "It is queued.", typeof(ActivityReportResource), Queued) { Headers = [("Location", "The report.")] }],
        Problems =
        [
            ProblemType.InvalidInput, ProblemType.NotJson, ProblemType.BodyTooLarge, ProblemType.MediaType, ProblemType.TooManyActivityReports, .. SharedDocs.AnyCall,
        ],
    };

    public static readonly EndpointDoc FindSettings = new()
    {
        Name = "getActivitySettings",
        Tag = Tag,
        Summary = "Get the time zone and language of your reports",
        Answers = [new(200, "The settings in force.", typeof(ReportingResource), Settings)],
        Problems = [.. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc SetSettings = new()
    {
        Name = "setActivitySettings",
        Tag = Tag,
        Summary = "Set the time zone and language of your reports",
        Description = "It takes effect with the next night. An omitted field is reset to the server's default.",
        Body = new(typeof(ReportingResource), [("Korea", Settings)]),
        Answers = [new(200, "The settings in force.", typeof(ReportingResource), Settings)],
        Problems = [ProblemType.InvalidInput, ProblemType.NotJson, ProblemType.BodyTooLarge, ProblemType.MediaType, .. SharedDocs.AnyCall],
    };
}
