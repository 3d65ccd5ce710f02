namespace Pipeline.Core.Attempts;

/// <summary>This worker process, from start to end: a restarted one is another worker.</summary>
internal sealed class WorkerIdentity
{
    public Guid Id { get; } = Guid.CreateVersion7();

    public string Host { get; } = $"{Environment.MachineName}:{Environment.ProcessId}";
}
