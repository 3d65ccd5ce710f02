using Pipeline.TestSupport.Inference.Servers;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Inference.Remote.Tests;

internal static class Endpoints
{
    public const string Secret = "a-key-that-nobody-may-see";

    /// <summary>For servers that answer.</summary>
    public static TimeSpan Patient { get; } = Patience.Limit;

    /// <summary>For servers that hang: time enough for a request to reach them, on a busy machine too.</summary>
    public static TimeSpan Impatient { get; } = TimeSpan.FromSeconds(5);

    public static RemoteEndpoint Of(OpenAiServer server) => new()
    {
        Name = "The test server",
        BaseUrl = server.BaseUrl,
        Model = "served",
        Timeout = Patient,
        Section = RemoteOptions.Section,
    };

    public static RemoteEndpoint Of(AnthropicServer server) => new()
    {
        Name = "Anthropic",
        BaseUrl = server.Address,
        Model = "claude-test",
        Key = new(Secret),
        Timeout = Patient,
        Section = "Fallback",
        ExtraParameters = false,
    };
}
