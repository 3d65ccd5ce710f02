using System.Text.Json;
using Pipeline.Contracts;

namespace Pipeline.Cli.Wire;

/// <summary>Reads the results of a batch as they come, until each of its jobs had one.</summary>
internal sealed class BatchRun(PipelineClient client, TimeProvider time)
{
    // An answer is shown when it has ended, so this is also how often the progress moves.
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(2);

    // Keeps us from spinning where a proxy strips the Prefer header and every answer comes at once.
    private static readonly TimeSpan PollPause = TimeSpan.FromMilliseconds(200);

    /// <summary>Gives up when nothing finished for this long.</summary>
    public required TimeSpan Patience { get; init; }

    /// <summary>How many jobs did not succeed.</summary>
    /// <param name="show">Called with each line of the results.</param>
    public Task<int> FollowAsync(BatchReply batch, Action<string> show, CancellationToken cancellationToken) =>
        FollowAsync(batch, (line, _) => show(line), cancellationToken);

    /// <summary>How many jobs did not succeed.</summary>
    /// <param name="show">Called with each line of the results, as it came and read.</param>
    public async Task<int> FollowAsync(BatchReply batch, Action<string, BatchLine> show, CancellationToken cancellationToken)
    {
        var (done, failed) = (0, 0);
        var cursor = "";
        var lastProgress = time.GetTimestamp();
        while (done < batch.Items)
        {
            var lines = (await client.ResultsAsync(batch.Id, cursor, Hold, cancellationToken))
                .Split('\n', StringSplitOptions.RemoveEmptyEntries);
            foreach (var line in lines)
            {
                var result = Read(line);
                cursor = result.Cursor;
                done++;
                failed += result.State is JobState.Succeeded ? 0 : 1;
                show(line, result);
            }

            if (lines.Length > 0)
            {
                lastProgress = time.GetTimestamp();
                continue;
            }

            if (time.GetElapsedTime(lastProgress) >= Patience)
            {
                throw new CommandException(
                    $"Nothing finished for {Patience.TotalSeconds:0} s, {batch.Items - done} of {batch.Items} jobs are left. They go on: see {client.Server.BatchUrl(batch.Id)}, or wait longer with --wait.");
            }

            await Task.Delay(PollPause, time, cancellationToken);
        }

        return failed;
    }

    private BatchLine Read(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, WireJson.Default.BatchLine) ?? throw new JsonException("A line is null.");
        }
        catch (JsonException exception)
        {
            throw new CommandException($"The server at {client.Server.Url} is not a Pipeline API ({exception.Message}); check the URL.");
        }
    }
}
