using System.Diagnostics;
using System.Diagnostics.Metrics;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Core.Intake;
using Pipeline.Core.Webhooks;

namespace Pipeline.Core.Telemetry;

/// <summary>
/// What happens to jobs, counted where it happens: a sum over all processes counts each job once. Instruments cost a comparison
/// while nobody listens.
/// </summary>
internal static class JobMeter
{
    /// <summary>Name of the meter; a listener asks for it.</summary>
    public const string Name = "Pipeline";

    private const string Queue = "queue";
    private const string Kind = "kind";
    private const string ErrorCode = "error_code";

    private static readonly Meter _meter = new(Name);

    // From a job without a model to a report of an hour.
    private static readonly InstrumentAdvice<double> _seconds = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200],
    };

    private static readonly Counter<long> _accepted = _meter.CreateCounter<long>("pipeline.jobs.accepted", "{job}", "Jobs that were accepted.");
    private static readonly Counter<long> _cached = _meter.CreateCounter<long>("pipeline.jobs.cached", "{job}", "Accepted jobs that were answered from the result cache.");
    private static readonly Counter<long> _started = _meter.CreateCounter<long>("pipeline.jobs.started", "{job}", "Attempts that workers began.");
    private static readonly Counter<long> _retried = _meter.CreateCounter<long>("pipeline.jobs.retried", "{job}", "Attempts after which the job waits again.");
    private static readonly Counter<long> _ended = _meter.CreateCounter<long>("pipeline.jobs.ended", "{job}", "Jobs that reached a final state.");
    private static readonly Counter<long> _tokens = _meter.CreateCounter<long>("pipeline.jobs.tokens", "{token}", "Tokens of jobs that succeeded.");
    private static readonly Counter<long> _leases = _meter.CreateCounter<long>("pipeline.lease.losses", "{job}", "Attempts whose worker died, or lost them to another.");
    private static readonly Counter<long> _dispatched = _meter.CreateCounter<long>("pipeline.dispatch.messages", "{message}", "Messages to the broker, by whether it confirmed them.");
    private static readonly Counter<long> _deliveries = _meter.CreateCounter<long>("pipeline.webhook.deliveries", "{delivery}", "Attempts to deliver webhooks.");
    private static readonly Histogram<double> _deliveryTime = _meter.CreateHistogram("pipeline.webhook.duration", "s", "How long receivers took.", null, _seconds);
    private static readonly Histogram<double> _queueTime = _meter.CreateHistogram("pipeline.job.queue.duration", "s", "From queued to started.", null, _seconds);
    private static readonly Histogram<double> _runTime = _meter.CreateHistogram("pipeline.job.run.duration", "s", "From started to the end of the attempt.", null, _seconds);
    private static readonly Histogram<double> _totalTime = _meter.CreateHistogram("pipeline.job.duration", "s", "From accepted to succeeded.", null, _seconds);

    /// <summary>Whether anybody measures attempts.</summary>
    public static bool IsOn => _runTime.Enabled;

    public static void Accepted(IReadOnlyList<NewJob> jobs, int cached)
    {
        if (!_accepted.Enabled)
        {
            return;
        }

        foreach (var (key, count) in jobs.CountBy(job => (job.Queue, job.Kind)))
        {
            _accepted.Add(count, new(Queue, key.Queue), new(Kind, key.Kind));
        }

        if (cached > 0)
        {
            _cached.Add(cached, new KeyValuePair<string, object?>(Kind, jobs[0].Kind));
        }
    }

    /// <summary>The same, of a batch.</summary>
    public static void Accepted(IReadOnlyDictionary<string, int> queues)
    {
        foreach (var (queue, jobs) in queues)
        {
            _accepted.Add(jobs, new(Queue, queue), new(Kind, JobKind.OfQueue(queue)));
        }
    }

    public static void Started(ClaimedJob job)
    {
        _started.Add(1, new(Queue, job.Queue), new(Kind, job.Kind));
        _queueTime.Record(job.QueuedSeconds, new(Queue, job.Queue), new(Kind, job.Kind));
    }

    /// <summary>An attempt ended as its row says.</summary>
    public static void Ended(ClaimedJob job, AttemptResult result, TimeSpan running, DateTimeOffset now)
    {
        if (!IsOn)
        {
            return;
        }

        _runTime.Record(running.TotalSeconds, new(Queue, job.Queue), new(Kind, job.Kind));
        if (result.State == JobState.Queued)
        {
            _retried.Add(1, new(Queue, job.Queue), new(Kind, job.Kind), new(ErrorCode, result.ErrorCode ?? "given_back"));
            return;
        }

        Ended(job.Kind, job.Queue, result.State, result.ErrorCode, 1);
        if (result.State == JobState.Succeeded)
        {
            _totalTime.Record(Age(job.Id, now).TotalSeconds, new(Queue, job.Queue), new(Kind, job.Kind));
        }

        if (result.Usage?.Tokens is { } tokens)
        {
            _tokens.Add(tokens.PromptTokens - tokens.CachedTokens, new(Queue, job.Queue), new(Kind, job.Kind), new("type", "input"));
            _tokens.Add(tokens.CachedTokens, new(Queue, job.Queue), new(Kind, job.Kind), new("type", "cached"));
            _tokens.Add(tokens.CompletionTokens, new(Queue, job.Queue), new(Kind, job.Kind), new("type", "output"));
        }
    }

    /// <summary>Jobs that became final without an attempt's doing.</summary>
    public static void Ended(string kind, string queue, string state, string? errorCode, int jobs)
    {
        if (_ended.Enabled)
        {
            TagList tags = new() { { Queue, queue }, { Kind, kind }, { "state", state }, { ErrorCode, errorCode ?? "" } };
            _ended.Add(jobs, tags);
        }
    }

    /// <summary>The same, of many.</summary>
    public static void Ended(IEnumerable<(string Queue, string Kind, int Jobs)> jobs, string state, string? errorCode)
    {
        foreach (var (queue, kind, count) in jobs)
        {
            Ended(kind, queue, state, errorCode, count);
        }
    }

    /// <param name="reason"><c>worker_lost</c>: its worker died; <c>revoked</c>: it was canceled, expired or given to another.</param>
    public static void LostLease(string queue, string reason, int jobs) => _leases.Add(jobs, new(Queue, queue), new("reason", reason));

    public static void Dispatched(string queue, bool isConfirmed) =>
        _dispatched.Add(1, new(Queue, queue), new("outcome", isConfirmed ? "confirmed" : "refused"));

    public static void Delivered(DeliveryAttempt attempt, TimeSpan took)
    {
        if (_deliveries.Enabled)
        {
            KeyValuePair<string, object?> outcome = new("outcome", attempt.Verdict.ToString().ToLowerInvariant());
            _deliveries.Add(1, outcome);
            _deliveryTime.Record(took.TotalSeconds, outcome);
        }
    }

    /// <summary>Ids are made when jobs are accepted, and begin with the time.</summary>
    private static TimeSpan Age(Guid id, DateTimeOffset now)
    {
        var age = now - Jobs.JobDays.TimeOf(id);
        return age > TimeSpan.Zero ? age : TimeSpan.Zero;
    }
}
