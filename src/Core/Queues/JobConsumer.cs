using MassTransit;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;

namespace Pipeline.Core.Queues;

/// <summary>Where a message becomes jobs. MassTransit acknowledges it when this returns, so only after every result is durable.</summary>
internal sealed class JobConsumer(JobRunner runner, SemaphoreSlim slots) : IConsumer<JobReady>
{
    public Task Consume(ConsumeContext<JobReady> context) => runner.RunAsync(context.Message.All(), slots, context.CancellationToken);
}
