using Pipeline.Client;

namespace Pipeline.Cli.Wire;

/// <summary>Which pipeline to talk to, and as whom.</summary>
/// <param name="Url">Its root, for example <c>http://127.0.0.1:8080/</c>; ends in a slash.</param>
internal sealed record Server(Uri Url, string? ApiKey)
{
    public Uri JobUrl(Guid id) => new(Url, $"api/jobs/{id}");

    public Uri BatchUrl(Guid id) => new(Url, $"api/batches/{id}");

    /// <summary>A person has typed the address: where nothing answers, waiting for it would help nobody.</summary>
    public PipelineClient Connect(TimeProvider time) => new(Url, new PipelineClientOptions { ApiKey = ApiKey, FailsUnlessAnswered = true, Time = time });
}
