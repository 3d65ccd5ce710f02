using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Hosting;
using Pipeline.Core.Postgres;
using Pipeline.Core.Queues;

namespace Pipeline.Core.ActivityReports;

/// <summary>Makes the reports that clients asked for, one at a time, oldest first. Every process that serves the API runs one.</summary>
internal sealed class ActivityReportRequests(
    NpgsqlDataSource dataSource,
    ActivityReportStore store,
    ActivityReportMaker maker,
    IOptions<ActivityReportOptions> options,
    TimeProvider time,
    ILogger<ActivityReportRequests> logger) : LoopService(time, logger)
{
    // Where the look goes on: one report that cannot be made does not stand before the others.
    private Guid _after;

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.PollInterval, Time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await MakeAllAsync(stoppingToken);
            RoundDone();
        }
    }

    private async Task MakeAllAsync(CancellationToken cancellationToken)
    {
        while (await store.NextAskedAsync(_after, cancellationToken) is { } report)
        {
            _after = report.Id;

            // A lock of a session: it goes with its holder, and keeps no transaction open.
            await using var alone = await AdvisoryLock.TryAcquireAsync(dataSource, $"report:{report.Id}", cancellationToken);
            if (alone is not null)
            {
                await maker.MakeAskedAsync(report, cancellationToken);
            }
        }

        _after = Guid.Empty;
    }
}

internal static class ActivityReportRegistration
{
    /// <summary>This process makes activity reports.</summary>
    public static IServiceCollection AddActivityReports(this IServiceCollection services)
    {
        services.AddValidated<ActivityReportOptions, ActivityReportOptionsValidator>(ActivityReportOptions.Section);
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ActivityReportOptions>, ActivityReportRules>());
        services.TryAddSingleton<ActivityReportStore>();
        services.TryAddSingleton<FiguresReader>();
        services.TryAddSingleton<WriterStore>();
        services.TryAddSingleton<ActivityReportMaker>();
        return services;
    }

    /// <summary>This process makes those that clients ask for.</summary>
    public static IServiceCollection AddActivityReportRequests(this IServiceCollection services) =>
        services.AddActivityReports().AddHosted<ActivityReportRequests>();
}
