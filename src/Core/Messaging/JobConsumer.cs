using MassTransit;
using Pipeline.Contracts;
using Pipeline.Core.Jobs;

namespace Pipeline.Core.Messaging;

/// <summary>Where a message becomes a job. MassTransit acknowledges it when this returns, so only after the result is durable.</summary>
internal sealed class JobConsumer(JobRunner runner) : IConsumer<JobReady>
{
    public Task Consume(ConsumeContext<JobReady> context) => runner.RunAsync(context.Message.JobId, context.CancellationToken);
}
