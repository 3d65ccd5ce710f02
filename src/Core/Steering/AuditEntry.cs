namespace Pipeline.Core.Steering;

/// <summary>A row of <c>audit</c>.</summary>
public sealed record AuditEntry
{
    /// <summary>UUIDv7: says when.</summary>
    public required Guid Id { get; init; }

    /// <summary>The name of the client, or its id once it is erased.</summary>
    public required string By { get; init; }

    /// <summary>The operation's name in the OpenAPI document.</summary>
    public required string Action { get; init; }

    public required string Target { get; init; }

    /// <summary>JSON.</summary>
    public string? Details { get; init; }

    /// <summary>HTTP's; null while it is being done, or where it was cut short.</summary>
    public int? Status { get; init; }

    public long? Affected { get; init; }
}
