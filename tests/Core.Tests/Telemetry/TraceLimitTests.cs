using System.Diagnostics;
using OpenTelemetry.Trace;
using Pipeline.Core.Telemetry;

namespace Pipeline.Core.Tests.Telemetry;

public sealed class TraceLimitTests
{
    private const string Caller = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private const string Unrecorded = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";
    private const int Many = 100_000;

    [Fact]
    public void So_many_traces_begin_and_no_more()
    {
        using var limit = new TraceLimit(50);

        // The loop takes milliseconds; a busy machine may make it a second or two, and each of them adds fifty.
        Enumerable.Range(0, Many).Count(_ => IsRecorded(limit)).ShouldBeInRange(50, 5_000);
    }

    [Fact]
    public void Without_a_limit_every_trace_begins()
    {
        using var limit = new TraceLimit(null);

        Enumerable.Range(0, 1_000).ShouldAllBe(_ => IsRecorded(limit));
        limit.ForEachOf(Caller)().ShouldBe(Caller);
    }

    [Fact]
    public void Jobs_of_a_batch_beyond_the_limit_keep_its_trace_and_are_not_recorded_in_it()
    {
        using var limit = new TraceLimit(3);

        var next = limit.ForEachOf(Caller);
        var stored = Enumerable.Range(0, 1_000).Select(_ => next()).ToArray();

        stored.Take(3).ShouldAllBe(trace => trace == Caller);
        stored.Count(trace => trace == Unrecorded).ShouldBeGreaterThan(900);
        stored.Distinct().ShouldBe([Caller, Unrecorded], ignoreOrder: true);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(Unrecorded)]
    public void What_is_not_recorded_anyway_takes_nothing_of_the_limit(string? trace)
    {
        using var limit = new TraceLimit(1);

        limit.ForEachOf(trace)().ShouldBe(trace);
        IsRecorded(limit).ShouldBeTrue();
    }

    private static bool IsRecorded(TraceLimit limit) =>
        limit.ShouldSample(new(default, ActivityTraceId.CreateRandom(), "GET", ActivityKind.Server)).Decision is SamplingDecision.RecordAndSample;
}
