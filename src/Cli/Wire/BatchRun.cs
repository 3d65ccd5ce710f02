using Pipeline.Client;
using Pipeline.Contracts;

namespace Pipeline.Cli.Wire;

/// <summary>Reads the results of a batch as they come, until each of its jobs had one.</summary>
internal sealed class BatchRun(PipelineClient client, Server server, TimeProvider time)
{
    // How often it is looked whether anything finished at all.
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(2);

    // Keeps us from spinning where a proxy strips the Prefer header and every answer comes at once.
    private static readonly TimeSpan PollPause = TimeSpan.FromMilliseconds(200);

    /// <summary>Gives up when nothing finished for this long.</summary>
    public required TimeSpan Patience { get; init; }

    /// <summary>How many jobs did not succeed.</summary>
    /// <param name="show">Called with each result.</param>
    public async Task<int> FollowAsync(Batch batch, Action<BatchResult> show, CancellationToken cancellationToken)
    {
        var (done, failed) = (0, 0);
        string? cursor = null;
        var lastProgress = time.GetTimestamp();
        while (done < batch.Items)
        {
            var before = done;
            await foreach (var result in client.Batches.ReadResultsOnceAsync(batch.Id, cursor, Hold, cancellationToken))
            {
                cursor = result.Cursor;
                done++;
                failed += result.State is JobState.Succeeded ? 0 : 1;
                show(result);
            }

            if (done > before)
            {
                lastProgress = time.GetTimestamp();
                continue;
            }

            if (time.GetElapsedTime(lastProgress) >= Patience)
            {
                throw new CommandException(
                    $"Nothing finished for {Patience.TotalSeconds:0} s, {batch.Items - done} of {batch.Items} jobs are left. They go on: see {server.BatchUrl(batch.Id)}, or wait longer with --wait.");
            }

            await Task.Delay(PollPause, time, cancellationToken);
        }

        return failed;
    }
}
