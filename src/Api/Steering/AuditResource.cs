using System.ComponentModel;
using System.Text.Json.Serialization;
using Pipeline.Api.Jobs;
using Pipeline.Core.Jobs;
using Pipeline.Core.Steering;

namespace Pipeline.Api.Steering;

/// <param name="Entries">Newest first.</param>
internal sealed record AuditPageResource(IReadOnlyList<AuditResource> Entries, PageLinks Links);

internal sealed record AuditResource
{
    public required Guid Id { get; init; }

    public required DateTimeOffset At { get; init; }

    [Description("The client whose key was sent.")]
    public required string By { get; init; }

    [Description("The operation, by its id in this document.")]
    public required string Action { get; init; }

    [Description("The path that was called.")]
    public required string Target { get; init; }

    [Description("What was sent.")]
    [JsonConverter(typeof(RawJsonConverter))]
    public string? Body { get; init; }

    [Description("What was answered; absent while it is being done, or where it was cut short.")]
    public int? Status { get; init; }

    [Description("How many jobs, where it was about jobs.")]
    public long? Affected { get; init; }

    public static AuditResource Of(AuditEntry entry) => new()
    {
        Id = entry.Id,
        At = JobDays.TimeOf(entry.Id),
        By = entry.By,
        Action = entry.Action,
        Target = entry.Target,
        Body = entry.Details,
        Status = entry.Status,
        Affected = entry.Affected,
    };
}
