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
    public void Jobs_of_a_batch_beyond_the_limit_have_no_trace()
    {
        using var limit = new TraceLimit(3);

        var next = limit.ForEachOf(Caller);
        var stored = Enumerable.Range(0, 1_000).Select(_ => next()).ToArray();

        stored.Take(3).ShouldAllBe(trace => trace == Caller);
        stored.Count(trace => trace is null).ShouldBeGreaterThan(900);
        stored.Distinct().ShouldBe([Caller, null], ignoreOrder: true);
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

    [Theory]
    [InlineData(ActivityKind.Consumer)]
    [InlineData(ActivityKind.Producer)]
    [InlineData(ActivityKind.Client)]
    public void A_message_a_call_or_a_command_of_no_trace_begins_none_and_takes_nothing_of_the_limit(ActivityKind kind)
    {
        using var limit = new TraceLimit(1);

        IsRecorded(limit, kind).ShouldBeFalse();
        IsRecorded(limit).ShouldBeTrue();
    }

    private static bool IsRecorded(TraceLimit limit, ActivityKind kind = ActivityKind.Server) =>
        limit.ShouldSample(new(default, ActivityTraceId.CreateRandom(), "GET", kind)).Decision is SamplingDecision.RecordAndSample;
}
