using Hangfire.Common;
using Hangfire.PostgreSql;
using Hangfire.Storage;
using Npgsql;
using Pipeline.Core.Hosting;
using Pipeline.Scheduler.Hangfire;

namespace Pipeline.Scheduler.Tests.Schedules;

public sealed class HangfireScheduleTests : ScheduleSuite
{
    private PostgreSqlStorage Storage => field ??= new(
        new Connections(Database.DataSource),
        new PostgreSqlStorageOptions { SchemaName = "hangfire", PrepareSchemaIfNecessary = false });

    internal override void AddSchedules(PipelineBuilder pipeline) => pipeline.AddHangfireSchedules();

    internal override Task MakeDueAsync(string id, TimeSpan ago)
    {
        // Hangfire counts from the last execution: one occurrence before the one that is to be due.
        var due = TimeProvider.System.GetUtcNow().UtcDateTime - ago;
        using var connection = Storage.GetConnection();
        using var transaction = connection.CreateWriteTransaction();
        transaction.SetRangeInHash($"recurring-job:{id}", new Dictionary<string, string>
        {
            ["LastExecution"] = JobHelper.SerializeDateTime(due.AddDays(-366)),
            ["NextExecution"] = JobHelper.SerializeDateTime(due),
        });
        transaction.AddToSet("recurring-jobs", id, JobHelper.ToTimestamp(due));
        transaction.Commit();
        return Task.CompletedTask;
    }

    internal override Task WaitUntilIdleAsync(string id) => WaitUntilAsync(() =>
    {
        // In this order: an occurrence is enqueued in the transaction that moves the next one.
        var next = Find(id)!.NextExecution;
        var counts = Storage.GetMonitoringApi().GetStatistics();
        return Task.FromResult(
            counts.Enqueued + counts.Processing + counts.Scheduled == 0 && next > TimeProvider.System.GetUtcNow().UtcDateTime);
    });

    internal override Task<DateTimeOffset?> NextOccurrenceAsync(string id) =>
        Task.FromResult(Find(id)?.NextExecution is { } next ? new DateTimeOffset(next, TimeSpan.Zero) : (DateTimeOffset?)null);

    internal override Task<IReadOnlyList<string>> ScheduledIdsAsync()
    {
        using var connection = Storage.GetConnection();
        return Task.FromResult<IReadOnlyList<string>>([.. connection.GetRecurringJobs().Select(job => job.Id).Order()]);
    }

    private RecurringJobDto? Find(string id)
    {
        using var connection = Storage.GetConnection();
        return connection.GetRecurringJobs().SingleOrDefault(job => job.Id == id);
    }

    private sealed class Connections(NpgsqlDataSource dataSource) : IConnectionFactory
    {
        public NpgsqlConnection GetOrCreateConnection() => dataSource.CreateConnection();
    }
}
