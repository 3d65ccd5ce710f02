namespace Pipeline.Client;

/// <summary>How a client behaves. The defaults suit programs that run for long.</summary>
public sealed record PipelineClientOptions
{
    /// <summary>Sent as <c>Authorization: Bearer</c>; null where the server has no keys.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Tries of a request that keeps breaking. 1 to 100, default 10: with the delays between them about a minute.</summary>
    public int TriesMax { get; init; } = 10;

    /// <summary>Longest wait for a full queue or a spent limit, all its Retry-After together. Default 30 min.</summary>
    public TimeSpan BusyMax { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Longest single wait between tries, whatever the server asks. Default 60 s.</summary>
    public TimeSpan DelayMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long one request asks to be held for a result, before it is asked again. Default 20 s; proxies often cut after 30.</summary>
    public TimeSpan HoldMax { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Whether a connection that fails before anything ever answered fails at once: for tools that a person has started with a wrong
    /// address. Default false: the server may be about to start.
    /// </summary>
    public bool FailsUnlessAnswered { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;
}
