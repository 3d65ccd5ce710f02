namespace Pipeline.Inference;

/// <summary>Order of admission into the batch. Bulk work still progresses while interactive work keeps coming.</summary>
public enum RequestPriority
{
    /// <summary>Somebody is waiting for the answer.</summary>
    Interactive,

    /// <summary>Throughput matters, latency does not.</summary>
    Bulk,
}
