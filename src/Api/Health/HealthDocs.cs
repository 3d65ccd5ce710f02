using Pipeline.Api.OpenApi;
using Pipeline.Core.Hosting;

namespace Pipeline.Api.Health;

internal static class HealthDocs
{
    private const string Tag = "health";

    public static readonly EndpointDoc All = new()
    {
        Name = "getHealth",
        Tag = Tag,
        Summary = "Which part is well, and why one is not",
        Answers =
        [
            new(200, "Healthy, or degraded: it serves, though a part is down.", typeof(HealthResource), """
                {"status":"degraded","parts":{"postgres":{"status":"healthy"},"broker":{"status":"degraded","reason":"Not ready: not started"}}}
                """),
            Down,
        ],
        NeedsKey = false,
    };

    public static readonly EndpointDoc Live = new()
    {
        Name = "getLiveness",
        Tag = Tag,
        Summary = "Whether the process answers; restart it when it does not",
        Answers = [new(200, "It answers.", typeof(HealthResource), """{"status":"healthy","parts":{}}""")],
        NeedsKey = false,
    };

    public static readonly EndpointDoc Ready = new()
    {
        Name = "getReadiness",
        Tag = Tag,
        Summary = "Whether to send requests here",
        Answers =
        [
            new(200, "Send them.", typeof(HealthResource), """{"status":"healthy","parts":{"postgres":{"status":"healthy"},"broker":{"status":"healthy"}}}"""),
            Down,
        ],
        NeedsKey = false,
    };

    private static AnswerDoc Down => new(503, "A part that is needed is down.", typeof(HealthResource), """
        {"status":"unhealthy","parts":{"postgres":{"status":"unhealthy","reason":"The database cannot be reached: Connection refused"}}}
        """);
}
