using Microsoft.Extensions.Options;
using Pipeline.Core.Conversations;
using Pipeline.Core.Erasure;
using Pipeline.Core.Hosting;
using Pipeline.Core.Upkeep;

namespace Pipeline.Scheduler.Retention;

/// <summary>
/// Takes away finished jobs, idempotency keys, webhook deliveries, files and reports that are older than the options say: days of jobs as a whole,
/// everything else in groups of short transactions.
/// </summary>
internal sealed partial class RetentionTask(
    JobPartitions partitions,
    RetentionStore store,
    OldRecords records,
    IOptions<RetentionOptions> options,
    IOptions<SchedulerOptions> scheduler,
    ILogger<RetentionTask> logger) : IRecurringTask
{
    // Long after any job of theirs can end. A client has two rows a day at most.
    private static readonly TimeSpan BudgetAge = TimeSpan.FromDays(400);

    // Pieces of uploads that broke off; none takes as long.
    private static readonly TimeSpan UploadAge = TimeSpan.FromDays(1);

    // A file has up to thousands of pieces.
    private const int FilesMax = 10;

    public string Id => "retention";

    public string Description => "Deletes what is old enough: finished jobs, idempotency keys, webhook deliveries, files, reports, conversations and documents where that is set, the audit, usage, and revoked clients.";

    public string Cron => "30 3 * * *";

    public string TimeZone => scheduler.Value.TimeZone;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var keys = await DeleteAllAsync(store.DeleteIdempotencyKeysAsync, options.Value.IdempotencyKeys, cancellationToken);
        var results = options.Value.Results ?? options.Value.Jobs;
        var days = await partitions.DropAsync(results, cancellationToken);
        var reduced = results > options.Value.Jobs ? await partitions.ReduceAsync(options.Value.Jobs, cancellationToken) : 0;
        var jobs = await DeleteAllAsync(store.DeleteJobsAsync, results, cancellationToken);
        await DeleteAllAsync(store.DeleteBatchesAsync, options.Value.Jobs, cancellationToken);
        await DeleteAllAsync(store.DeleteFileBatchesAsync, options.Value.Jobs, cancellationToken);
        await DeleteAllAsync(store.DeleteResponsesAsync, options.Value.Jobs, cancellationToken);
        await DeleteAllAsync((_, limit, token) => store.DeleteFilesAsync(limit, token), TimeSpan.Zero, cancellationToken, FilesMax);
        await DeleteAllAsync(store.DeleteFileChunksAsync, UploadAge, cancellationToken);
        await DeleteAllAsync(store.DeleteWebhookDeliveriesAsync, options.Value.WebhookDeliveries < options.Value.Jobs ? options.Value.WebhookDeliveries : options.Value.Jobs, cancellationToken);
        await DeleteAllAsync(store.DeleteActivityReportsAsync, options.Value.ActivityReports, cancellationToken);
        await DeleteAllAsync(store.DeleteBudgetsAsync, BudgetAge, cancellationToken);
        await records.DeleteAsync(options.Value, cancellationToken);
        LogDeleted(days, jobs, results, reduced, keys, options.Value.IdempotencyKeys);
    }

    private Task<long> DeleteAllAsync(
        Func<TimeSpan, int, CancellationToken, Task<int>> deleteGroup, TimeSpan age, CancellationToken cancellationToken, int groupMax = int.MaxValue) =>
        Groups.DeleteAsync(Math.Min(groupMax, options.Value.GroupMax), limit => deleteGroup(age, limit, cancellationToken), cancellationToken);

    [LoggerMessage(4101, LogLevel.Information, "Dropped {Days} days of jobs and deleted {Jobs} more that ended more than {JobAge} ago, left only the results of {Reduced} days, and deleted {Keys} idempotency keys older than {KeyAge}")]
    private partial void LogDeleted(int days, long jobs, TimeSpan jobAge, int reduced, long keys, TimeSpan keyAge);
}

internal static class RetentionHosting
{
    public static void AddRetention(this PipelineBuilder pipeline)
    {
        pipeline.Services.AddValidated<RetentionOptions, RetentionOptionsValidator>(RetentionOptions.Section);
        pipeline.Services.AddSingleton<IValidateOptions<RetentionOptions>, RetentionRules>();
        pipeline.Services.AddSingleton<RetentionStore>().AddSingleton<RecordStore>().AddSingleton<ConversationStore>().AddSingleton<ClientErasure>();
        pipeline.Services.AddSingleton<OldRecords>();
        pipeline.AddRecurringTask<RetentionTask>();
    }
}
