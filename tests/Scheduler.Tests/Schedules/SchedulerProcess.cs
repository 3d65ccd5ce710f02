using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Core.Hosting;

namespace Pipeline.Scheduler.Tests.Schedules;

/// <summary>A host with nothing but the scheduler: what a scheduler process runs.</summary>
internal sealed class SchedulerProcess : IAsyncDisposable
{
    private readonly IHost _host;

    private SchedulerProcess(IHost host) => _host = host;

    public IServiceProvider Services => _host.Services;

    public static async Task<SchedulerProcess> StartAsync(
        string connectionString, Action<PipelineBuilder> schedules, params IReadOnlyList<IRecurringTask> tasks)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Postgres:ConnectionString"] = connectionString,
            ["Broker:Url"] = "memory",
            ["Scheduler:PollInterval"] = "00:00:01",
            ["Scheduler:RetryDelay"] = "00:00:01",
            ["Scheduler:RetriesMax"] = "2",
        });
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
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
