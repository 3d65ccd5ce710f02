using Pipeline.TestSupport.Inference.Servers;

namespace Pipeline.Inference.Remote.Tests;

internal static class Endpoints
{
    public const string Secret = "a-key-that-nobody-may-see";

    /// <summary>Long enough for a loaded machine; a server that hangs never answers.</summary>
    public static TimeSpan Patient { get; } = TimeSpan.FromSeconds(60);

    /// <summary>Long enough for a request to reach its server, on a loaded machine too.</summary>
    public static TimeSpan Impatient { get; } = TimeSpan.FromSeconds(2);

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
