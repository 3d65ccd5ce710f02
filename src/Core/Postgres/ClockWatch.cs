using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Postgres;

/// <summary>Compares this machine's clock with the database's, follows the latter, and says once when they differ by too much, and once when they agree again.</summary>
internal sealed partial class ClockWatch(NpgsqlDataSource dataSource, IOptions<PostgresOptions> options, TimeProvider time, ILogger<ClockWatch> logger)
    : LoopService(time, logger)
{
    // A clock can be set while the process runs, or stop while a machine sleeps.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private bool _isTold;

    /// <summary>What is wrong with this machine's clock; null where nothing is.</summary>
    public string? Problem => Time is DatabaseClock { Ahead: var ahead } && ahead.Duration() > options.Value.ClockDifferenceMax
        ? $"This machine's clock is {Text(ahead.Duration())} {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} PostgreSQL's, which counts. Set both by a time service (chrony, systemd-timesyncd)."
        : null;

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, Time);
        do
        {
            await LookAsync(stoppingToken);
            RoundDone();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        await DatabaseClock.SetAsync(Time, dataSource, cancellationToken);
        Tell();
    }

    private static string Text(TimeSpan time) =>
        (time.Days > 0 ? $"{time.Days} d " : "") + time.ToString(@"hh\:mm\:ss", CultureInfo.InvariantCulture);

    private void Tell()
    {
        var problem = Problem;
        if (problem is not null && !_isTold)
        {
            LogDiffers(problem);
        }
        else if (problem is null && _isTold)
        {
            LogAgrees();
        }

        _isTold = problem is not null;
    }

    [LoggerMessage(1004, LogLevel.Warning, "{Problem}")]
    private partial void LogDiffers(string problem);

    [LoggerMessage(1005, LogLevel.Information, "This machine's clock and PostgreSQL's agree again")]
    private partial void LogAgrees();
}

/// <summary>Degraded, not unhealthy: the process goes by the right clock.</summary>
internal sealed class ClockHealth(ClockWatch clocks) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(clocks.Problem is { } problem ? HealthCheckResult.Degraded(problem) : HealthCheckResult.Healthy());
}
