using Pipeline.Contracts;

namespace Pipeline.Core.Relay;

/// <summary>A row of the outbox.</summary>
internal sealed record OutboxMessage
{
    public long Id { get; init; }

    /// <summary>The first job of the message.</summary>
    public Guid JobId { get; init; }

    public string Queue { get; init; } = "";

    /// <summary>Further jobs of the message; null where there are none.</summary>
    public Guid[]? Others { get; init; }

    public JobReady Body => new(JobId) { Others = Others };
}
