namespace Pipeline.Api.Tests.Hosting;

/// <summary>The system's time, moved ahead by hand; timers keep their pace.</summary>
internal sealed class MovableTime : TimeProvider
{
    private long _aheadTicks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Advance(TimeSpan by) => Interlocked.Add(ref _aheadTicks, by.Ticks);

    public override long GetTimestamp() => System.GetElapsedTime(0, System.GetTimestamp()).Ticks + Interlocked.Read(ref _aheadTicks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _aheadTicks));
}
