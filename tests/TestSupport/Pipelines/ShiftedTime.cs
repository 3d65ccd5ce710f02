namespace Pipeline.TestSupport.Pipelines;

/// <summary>The clock of a machine that is wrong by so much; lengths of time are right.</summary>
public sealed class ShiftedTime(TimeSpan by) : TimeProvider
{
    private long _ticks = by.Ticks;

    /// <summary>How far it is ahead.</summary>
    public TimeSpan By
    {
        get => new(Interlocked.Read(ref _ticks));
        set => Interlocked.Exchange(ref _ticks, value.Ticks);
    }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + By;
}
