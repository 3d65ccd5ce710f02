namespace Pipeline.Inference.Scheduling;

/// <summary>What a <see cref="SchedulerLoop{TTask, TState}"/> ticks. Everything here belongs to that loop.</summary>
internal interface IScheduler<out TState>
{
    /// <summary>What it holds between two ticks.</summary>
    TState State { get; }

    /// <summary>One step. False when there is nothing to do until a request arrives.</summary>
    bool Tick(CancellationToken stopping);

    /// <summary>Nothing has come for a moment: what is kept for the next pass alone is given back.</summary>
    void Rest();

    /// <summary>Ends every request; the loop has stopped.</summary>
    void FailAll(Exception exception);
}

/// <summary>What the scheduler holds between two ticks.</summary>
internal sealed record SchedulerState(int Active, int Waiting, int Prefixes, int KvUsed, int KvCapacity, int SequencesFree)
{
    /// <summary>Requests that were sent back to waiting, since the start.</summary>
    public long Evictions { get; init; }

    /// <summary>Forward passes since the start.</summary>
    public long Passes { get; init; }

    /// <summary>Tokens of these passes.</summary>
    public long PassTokens { get; init; }

    /// <summary>Most tokens of one pass.</summary>
    public int PassTokensMax { get; init; }
}
