using System.Runtime.ExceptionServices;
using System.Runtime.Serialization;
using System.Text.Json;
using MassTransit;
using Microsoft.Extensions.Logging;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Queues;

/// <summary>Where a message becomes jobs. MassTransit acknowledges it when this returns: when its jobs run, or wait for others.</summary>
internal sealed class JobConsumer(JobRunner runner, QueueSlots slots) : IConsumer<JobReady>
{
    public Task Consume(ConsumeContext<JobReady> context) => context.Message.All().Contains(Guid.Empty)
        ? throw new JsonException("A message of jobs has no job_id, or an empty one.")
        : runner.RunAsync(context.Message, slots, context.CancellationToken);
}

/// <summary>
/// What becomes of messages that failed. Where the jobs could not be claimed they go back to the queue, not to an error queue that
/// nobody reads. What nobody can read is acknowledged, since it would come back for ever: the database knows every job, and finds that
/// its message is lost.
/// </summary>
internal sealed partial class FailedMessages(string queue, OutageLog? outages, TimeProvider time, ILogger logger) : IFilter<ExceptionReceiveContext>
{
    // What follows within this time is of the same outage.
    private static readonly TimeSpan QuietTime = TimeSpan.FromMinutes(1);

    private long? _saidAt;

    public Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        if (Reason(context.Exception) is { } reason)
        {
            LogUnreadable(queue, reason);
        }
        else
        {
            var isKnown = outages?.Failed(part: null, context.Exception) is true;
            if (!isKnown && (_saidAt is not { } saidAt || time.GetElapsedTime(saidAt) > QuietTime))
            {
                LogReturned(queue, context.Exception.GetBaseException().Message);
            }

            _saidAt = time.GetTimestamp();
            ExceptionDispatchInfo.Throw(context.Exception);
        }

        return Task.CompletedTask;
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("failedMessages");

    /// <summary>Null where the message was read.</summary>
    private static string? Reason(Exception? exception) => exception switch
    {
        null => null,
        JsonException or SerializationException => exception.GetBaseException().Message,
        _ => Reason(exception.InnerException),
    };

    [LoggerMessage(1230, LogLevel.Warning, "Jobs of queue {Queue} cannot be started; their messages go back to the queue until they can: {Reason}")]
    private partial void LogReturned(string queue, string reason);

    [LoggerMessage(1213, LogLevel.Warning, "Dropped a message of queue {Queue} that cannot be read; was it sent by another application, or a later version? {Reason}")]
    private partial void LogUnreadable(string queue, string reason);
}
