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
        Summary = "Get the health of each part, with reasons",
        Answers =
        [
            new(200, "Healthy, or degraded: it serves although a part is down.", typeof(HealthResource), """
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
        Summary = "Whether the process is alive; restart it if not",
        Answers = [new(200, "It answers.", typeof(HealthResource), """{"status":"healthy","parts":{}}""")],
        NeedsKey = false,
    };

    public static readonly EndpointDoc Ready = new()
    {
        Name = "getReadiness",
        Tag = Tag,
        Summary = "Whether the process is ready for requests",
        Answers =
        [
            new(200, "Send them.", typeof(HealthResource), """{"status":"healthy","parts":{"postgres":{"status":"healthy"},"broker":{"status":"healthy"}}}"""),
            Down,
        ],
        NeedsKey = false,
    };

    private static AnswerDoc Down => new(503, "A required part is down.", typeof(HealthResource), """
        {"status":"unhealthy","parts":{"postgres":{"status":"unhealthy","reason":"The database cannot be reached: A server that is needed failed (ConnectionRefused); the log has the details."}}}
        """);
}
