using System.Diagnostics;
using System.Threading.RateLimiting;
using OpenTelemetry.Trace;

namespace Pipeline.Core.Telemetry;

/// <summary>
/// How many traces this process begins in a second. A trace is ten spans or more, so under load most of the work of telemetry would be
/// traces that nobody looks at; metrics count what has none. A root that comes after them is not recorded, and neither is what
/// happens below it in any process. Traces begin with requests and with what this code begins; a message, a call or a command that
/// belongs to no trace is none of its own.
/// </summary>
public sealed class TraceLimit : Sampler, IDisposable
{
    private readonly RateLimiter? _rate;

    /// <param name="tracesPerSecondMax">Null: as many as there are.</param>
    public TraceLimit(int? tracesPerSecondMax)
    {
        if (tracesPerSecondMax is { } max)
        {
            var atOnce = Math.Max(1, max / 10);
            _rate = new TokenBucketRateLimiter(new()
            {
                TokenLimit = max,
                TokensPerPeriod = atOnce,
                ReplenishmentPeriod = TimeSpan.FromSeconds((double)atOnce / max),
            });
        }
    }

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        new(IsRoot(samplingParameters.Kind) && TryBegin() ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);

    /// <summary>
    /// What is stored with each job of a batch, one after the other. The batch has one trace, in which as many of its jobs are recorded as
    /// traces may begin; the others have none.
    /// </summary>
    public Func<string?> ForEachOf(string? trace)
    {
        if (_rate is null || !ActivityContext.TryParse(trace, null, out var context) || !context.TraceFlags.HasFlag(ActivityTraceFlags.Recorded))
        {
            return () => trace;
        }

        return () => TryBegin() ? trace : null;
    }

    public void Dispose() => _rate?.Dispose();

    private static bool IsRoot(ActivityKind kind) => kind is ActivityKind.Server or ActivityKind.Internal;

    private bool TryBegin()
    {
        if (_rate is null)
        {
            return true;
        }

        using var lease = _rate.AttemptAcquire();
        return lease.IsAcquired;
    }
}
