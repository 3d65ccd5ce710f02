using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Options;
using Pipeline.Core.ActivityReports;
using Pipeline.Core.Postgres;

namespace Pipeline.Scheduler.Nights;

/// <summary>
/// Makes the report on each client's day once the day is over where the client is, and those of nights that were missed. Days end
/// at every hour of the clock somewhere, so it looks once an hour; where nothing is due that costs one query.
/// </summary>
internal sealed partial class NightlyReportsTask(
    ActivityReportStore store,
    ActivityReportMaker maker,
    IOptions<SchedulerOptions> scheduler,
    ILogger<NightlyReportsTask> logger) : IRecurringTask
{
    public string Id => "nightly-reports";

    public string Description => "Makes the reports on the days that are over, those of missed nights first, and keeps their summaries.";

    public string Cron => "15 * * * *";

    public string TimeZone => scheduler.Value.TimeZone;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var made = 0;
        Exception? failed = null;
        foreach (var owner in await store.OwnersAsync(cancellationToken))
        {
            try
            {
                // Each night is kept as it is made: a run that is stopped here goes on where it was.
                made += await maker.MakeNightsAsync(owner, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && !TransientErrors.IsTransient(e))
            {
                // One client's trouble is not the others'.
                failed ??= e;
            }
        }

        var kept = await store.KeepSummariesAsync(cancellationToken);
        if (made + kept > 0)
        {
            LogMade(made, kept);
        }

        if (failed is not null)
        {
            // So that the run counts as failed, and is made up soon.
            ExceptionDispatchInfo.Throw(failed);
        }
    }

    [LoggerMessage(4401, LogLevel.Information, "Made {Reports} nightly reports and kept {Summaries} summaries")]
    private partial void LogMade(int reports, int summaries);
}
