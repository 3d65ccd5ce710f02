using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Core.FileBatches;
using Pipeline.Core.Hosting;
using Pipeline.Core.Postgres;

namespace Pipeline.Api.OpenAi.Batches;

/// <summary>
/// Takes batches of files one by one, each under a lock of its own that the database frees when its holder dies: with several processes several
/// batches are worked on at once, and one that was left in its middle is taken up by the next process.
/// </summary>
internal abstract class FileBatchLoop(NpgsqlDataSource dataSource, FileBatchSteps steps, IOptions<ApiOptions> options, TimeProvider time, ILogger logger)
    : LoopService(time, logger)
{
    private const int Limit = 16;

    private static readonly TimeSpan DelayAfterError = TimeSpan.FromMinutes(1);

    private readonly AsyncAutoResetEvent _added = new();

    protected FileBatchSteps Steps => steps;

    /// <summary>There may be something to do.</summary>
    public void Set() => _added.Set();

    public override void Dispose()
    {
        _added.Dispose();
        base.Dispose();
    }

    /// <summary>Those that are due now.</summary>
    protected abstract Task<IReadOnlyList<FileBatch>> FindAsync(int limit, CancellationToken cancellationToken);

    /// <summary>One step. Whether the batch is still in the state that it was found in is tested when the step is written.</summary>
    protected abstract Task StepAsync(FileBatch batch, CancellationToken cancellationToken);

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            foreach (var batch in await FindAsync(Limit, stoppingToken))
            {
                await using var held = await AdvisoryLock.TryAcquireAsync(dataSource, $"file-batch {batch.Id}", stoppingToken);
                if (held is not null)
                {
                    await TryStepAsync(batch, stoppingToken);
                }
            }

            RoundDone();
            await _added.WaitAsync(options.Value.BatchPollInterval, stoppingToken);
        }
    }

    private async Task TryStepAsync(FileBatch batch, CancellationToken stoppingToken)
    {
        try
        {
            await StepAsync(batch, stoppingToken);
        }
        catch (Exception e) when (!IsOutage(e) && !stoppingToken.IsCancellationRequested)
        {
            // One batch must not hold up the others.
            Logger.FileBatchFailed(e, batch.Id, batch.State);
            await steps.PostponeAsync(batch.Id, DelayAfterError, stoppingToken);
        }
    }

    private ILogger Logger { get; } = logger;
}

/// <summary>Checks the lines of batches, and makes jobs of them.</summary>
internal sealed class FileBatchChecks(
    NpgsqlDataSource dataSource, FileBatchSteps steps, LineCheck check, IOptions<ApiOptions> options, TimeProvider time, ILogger<FileBatchChecks> logger)
    : FileBatchLoop(dataSource, steps, options, time, logger)
{
    protected override Task<IReadOnlyList<FileBatch>> FindAsync(int limit, CancellationToken cancellationToken) => Steps.ToValidateAsync(limit, cancellationToken);

    protected override Task StepAsync(FileBatch batch, CancellationToken cancellationToken) => check.RunAsync(batch, cancellationToken);
}

/// <summary>Ends batches whose jobs are final, and those that are to be canceled.</summary>
internal sealed class FileBatchEnds(
    NpgsqlDataSource dataSource, FileBatchSteps steps, LineFiles files, IOptions<ApiOptions> options, TimeProvider time, ILogger<FileBatchEnds> logger)
    : FileBatchLoop(dataSource, steps, options, time, logger)
{
    protected override Task<IReadOnlyList<FileBatch>> FindAsync(int limit, CancellationToken cancellationToken) => Steps.ToEndAsync(limit, cancellationToken);

    protected override Task StepAsync(FileBatch batch, CancellationToken cancellationToken) => files.EndAsync(batch, cancellationToken);
}
