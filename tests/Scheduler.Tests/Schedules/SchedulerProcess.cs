using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Core.Hosting;

namespace Pipeline.Scheduler.Tests.Schedules;

/// <summary>A host with nothing but the scheduler: what a scheduler process runs.</summary>
internal sealed class SchedulerProcess : IAsyncDisposable
{
    private readonly IHost _host;

    private SchedulerProcess(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    public static Task<SchedulerProcess> StartAsync(
        string connectionString, Action<PipelineBuilder> schedules, params IReadOnlyList<IRecurringTask> tasks) =>
        StartAsync(connectionString, TimeProvider.System, schedules, tasks);

    public static async Task<SchedulerProcess> StartAsync(
        string connectionString, TimeProvider time, Action<PipelineBuilder> schedules, params IReadOnlyList<IRecurringTask> tasks)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddSingleton(time);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Postgres:ConnectionString"] = connectionString,
            ["Broker:Url"] = "memory",
            ["Scheduler:PollInterval"] = "00:00:01",
            ["Scheduler:RetryDelay"] = "00:00:01",
            ["Scheduler:RetriesMax"] = "2",
        });

        // Hangfire logs through one static of the process, the factory of the host that started last. The container disposes none
        // that it was given; a disposed one would fail the workers of every other host, after they have fetched their job.
        builder.Services.AddSingleton<ILoggerFactory>(NullLoggerFactory.Instance);
        builder.AddPipeline(pipeline =>
        {
            pipeline.AddTaskRunner();
            foreach (var task in tasks)
            {
                pipeline.Services.AddSingleton(task);
            }

            schedules(pipeline);
        });
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new(host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }
}
