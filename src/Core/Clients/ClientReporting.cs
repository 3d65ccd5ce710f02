namespace Pipeline.Core.Clients;

/// <summary>How a client wants its reports; null leaves it to the server.</summary>
public sealed record ClientReporting
{
    /// <summary>Where its days begin: an IANA name.</summary>
    public string? TimeZone { get; init; }

    /// <summary><c>ko</c> or <c>en</c>.</summary>
    public string? Language { get; init; }
}
