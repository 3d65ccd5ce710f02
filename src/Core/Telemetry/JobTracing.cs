using System.Diagnostics;
using Pipeline.Core.Attempts;
using Pipeline.Core.Batches;
using Pipeline.Core.Intake;
using Pipeline.Core.Relay;
using Pipeline.Core.Webhooks;

namespace Pipeline.Core.Telemetry;

/// <summary>
/// The spans of a job, from its acceptance to its webhook, in one trace: its <c>traceparent</c> is stored with it. Names and tags
/// are those of OpenTelemetry's messaging conventions where they have one. Nothing is made, and nothing stored, while nobody listens
/// or the trace is not recorded: a job without a trace has no spans in any process.
/// </summary>
internal static class JobTracing
{
    /// <summary>Name of the source; a listener asks for it.</summary>
    public const string Name = "Pipeline";

    /// <summary>Longest part of a text in a span, in characters.</summary>
    private const int TextLengthMax = 8_192;

    private static readonly ActivitySource _source = new(Name);

    // While it is the current one no library begins a span or a trace.
    private static readonly Activity _unrecorded = StartUnrecorded();

    public static bool IsOn => _source.HasListeners();

    /// <summary>From the wish of a client to the commit.</summary>
    public static Activity? Accept(Submission submission)
    {
        if (!IsOn)
        {
            return null;
        }

        var first = submission.Jobs[0];
        return submission.Jobs.Count is 1
            ? Tag(Start("accept", first.Queue, ActivityKind.Internal, default), first.Id, first.Kind)
            : Accept(first.Queue, submission.Jobs.Count);
    }

    /// <summary>The same, of a batch. Where its jobs are in several queues it has the name of one.</summary>
    public static Activity? Accept(NewBatch batch) => IsOn ? Accept(batch.Queues.Keys.First(), batch.Count) : null;

    /// <summary>
    /// What is stored with jobs: the span, or the request around it, where it is recorded or the caller sent a trace. While nobody
    /// listens it is what the caller sent, so that workers that are listened to go on with it.
    /// </summary>
    public static string? Context(Activity? span)
    {
        var current = span ?? Activity.Current;
        if (current is null or { IdFormat: not ActivityIdFormat.W3C })
        {
            return null;
        }

        var caller = current.Parent is null ? current.ParentId : null;
        return !IsOn ? caller : current.Recorded || caller is not null ? current.Id : null;
    }

    /// <summary>To the broker and back. Where several jobs share the message, it is in the trace of the first.</summary>
    public static Activity? Send(Dispatch message)
    {
        if (!IsOn)
        {
            return null;
        }

        if (message.Trace is null)
        {
            // Otherwise the bus begins a trace of its own, and sends it along.
            Activity.Current = _unrecorded;
            return null;
        }

        var span = Start("send", message.Queue, ActivityKind.Producer, Parse(message.Trace));
        return message.Jobs is 1
            ? span?.SetTag("pipeline.job.id", message.JobId)
            : span?.SetTag("messaging.batch.message_count", message.Jobs);
    }

    /// <summary>The time in the queue and the claim, once both are over.</summary>
    /// <param name="began">When the worker began to claim.</param>
    public static void Claimed(ClaimedJob job, DateTimeOffset began, TimeProvider time)
    {
        if (job.Trace is null || !IsOn || began == default)
        {
            return;
        }

        var now = time.GetUtcNow();
        var parent = Parse(job.Trace);
        Past("wait", now - TimeSpan.FromSeconds(job.QueuedSeconds));
        Past("claim", began);

        void Past(string operation, DateTimeOffset from)
        {
            var to = now.UtcDateTime;
            using var span = _source.StartActivity($"{operation} {job.Queue}", ActivityKind.Internal, parent, startTime: from.UtcDateTime);
            Tag(span, job.Id, job.Kind)?.SetEndTime(to > from.UtcDateTime ? to : from.UtcDateTime);
        }
    }

    /// <summary>An attempt, linked with the one before it.</summary>
    public static Activity? Process(ClaimedJob job)
    {
        if (!IsOn)
        {
            return null;
        }

        if (job.Trace is null)
        {
            if (Activity.Current is not { Recorded: false })
            {
                // It came in one message with a job that has a trace, which it is no part of.
                Activity.Current = _unrecorded;
            }

            return null;
        }

        ActivityLink[]? links = Parse(job.AttemptTrace) is { } earlier && earlier != default ? [new(earlier)] : null;
        var span = Start("process", job.Queue, ActivityKind.Consumer, Parse(job.Trace), links);
        return Tag(span, job.Id, job.Kind)?.SetTag("pipeline.job.attempt", job.Attempt);
    }

    /// <summary>Writing a result.</summary>
    public static Activity? Complete(ClaimedJob job) =>
        job.Trace is not null && IsOn ? Tag(Start("complete", job.Queue, ActivityKind.Internal, default), job.Id, job.Kind) : null;

    /// <summary>One attempt at a webhook.</summary>
    public static Activity? Deliver(DueDelivery delivery)
    {
        if (delivery.Trace is null || !IsOn)
        {
            return null;
        }

        var span = _source.StartActivity("deliver webhook", ActivityKind.Internal, Parse(delivery.Trace));
        return span?.SetTag("pipeline.webhook.id", delivery.Id).SetTag("pipeline.webhook.attempt", delivery.Attempt);
    }

    /// <summary>How an attempt ended.</summary>
    public static void End(this Activity? span, AttemptResult? result)
    {
        if (span is null)
        {
            return;
        }

        span.SetTag("pipeline.job.state", result?.State ?? "revoked");
        if (result?.ErrorCode is { } code)
        {
            span.SetTag("error.type", code).SetStatus(ActivityStatusCode.Error);
        }
    }

    /// <summary>A text that an operator wants to see in spans.</summary>
    public static void AddText(this Activity? span, string name, string? text) =>
        span?.SetTag(name, text is { Length: > TextLengthMax } ? text[..TextLengthMax] : text);

    private static Activity? Accept(string queue, int jobs) =>
        Start("accept", queue, ActivityKind.Internal, default)?.SetTag("messaging.batch.message_count", jobs);

    private static Activity? Start(
        string operation, string queue, ActivityKind kind, ActivityContext parent, ActivityLink[]? links = null)
    {
        var span = _source.StartActivity($"{operation} {queue}", kind, parent, tags: null, links);
        return span is not { IsAllDataRequested: true } ? span : span
            .SetTag("messaging.system", "rabbitmq")
            .SetTag("messaging.destination.name", queue)
            .SetTag("messaging.operation.name", operation)
            .SetTag("messaging.operation.type", kind switch { ActivityKind.Producer => "send", ActivityKind.Consumer => "process", _ => null });
    }

    private static Activity? Tag(Activity? span, Guid jobId, string kind) =>
        span is not { IsAllDataRequested: true } ? span : span.SetTag("pipeline.job.id", jobId).SetTag("pipeline.job.kind", kind);

    private static Activity StartUnrecorded()
    {
        var current = Activity.Current;
        Activity.Current = null;
        var activity = new Activity("unrecorded").SetIdFormat(ActivityIdFormat.W3C).Start();
        Activity.Current = current;
        return activity;
    }

    private static ActivityContext Parse(string? trace) =>
        ActivityContext.TryParse(trace, null, isRemote: true, out var context) ? context : default;
}
