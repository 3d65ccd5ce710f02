using Pipeline.Client;
using Pipeline.Contracts;

namespace Pipeline.Cli.Wire;

/// <summary>Sends texts through a pipeline in chunks, a bounded number of them at once, and waits for every job.</summary>
internal sealed class EmotionRun(PipelineClient client, Server server, TimeProvider time)
{
    /// <summary>Texts in one request; the API's own bound (Api:TextsMax) by default.</summary>
    public const int ChunkMax = 256;

    /// <summary>Longest that a request asks to be held; then the jobs that are not final are asked for again.</summary>
    public static readonly TimeSpan HoldMax = TimeSpan.FromSeconds(20);

    // Keeps us from spinning where a proxy strips the Prefer header and every poll returns at once.
    private static readonly TimeSpan PollPause = TimeSpan.FromMilliseconds(200);

    // Written whenever a chunk is accepted or a text finishes, read before every wait.
    private long _lastProgress = time.GetTimestamp();

    public required int ChunkSize { get; init; }

    public required int ChunksInFlight { get; init; }

    /// <summary>Gives up when nothing was accepted or finished for this long.</summary>
    public required TimeSpan Patience { get; init; }

    /// <summary>In the queue that never delays a person.</summary>
    public bool Bulk { get; init; }

    /// <summary>The jobs in the order of the texts.</summary>
    /// <param name="texts">At least one.</param>
    /// <param name="finished">Called with the number of texts that just finished, from several threads.</param>
    public async Task<Job<EmotionResult>[]> RunAsync(IReadOnlyList<string> texts, Action<int> finished, CancellationToken cancellationToken)
    {
        var jobs = new Job<EmotionResult>[texts.Count];
        var starts = Enumerable.Range(0, (texts.Count + ChunkSize - 1) / ChunkSize).Select(chunk => chunk * ChunkSize);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = ChunksInFlight, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(starts, parallel, async (start, token) =>
        {
            var chunk = texts.Skip(start).Take(ChunkSize).ToArray();
            var replies = await SubmitAsync(chunk, start, texts.Count, token);
            Report(replies.Count(reply => JobState.IsFinal(reply.State)), finished);
            for (var i = 0; i < chunk.Length; i++)
            {
                jobs[start + i] = await FinishAsync(replies[i], finished, token);
            }
        });
        return jobs;
    }

    private async Task<IReadOnlyList<Job<EmotionResult>>> SubmitAsync(string[] chunk, int start, int total, CancellationToken cancellationToken)
    {
        try
        {
            var options = new JobOptions { Priority = Bulk ? JobPriority.Bulk : JobPriority.Interactive };
            var replies = await client.SubmitTextsAsync(chunk, options, Hold(), cancellationToken);
            return replies.Count == chunk.Length
                ? replies
                : throw new CommandException($"The pipeline answered {chunk.Length} texts with {replies.Count} jobs; check that {server.Url} is a Pipeline API.");
        }
        catch (Exception exception) when (exception is CommandException or PipelineException && total > chunk.Length)
        {
            // The API counts within the request; the person counts within the file.
            throw new CommandException($"Texts {start + 1} to {start + chunk.Length} of {total}: {(exception as PipelineException)?.Sentence() ?? exception.Message}");
        }
    }

    private async Task<Job<EmotionResult>> FinishAsync(Job<EmotionResult> reply, Action<int> finished, CancellationToken cancellationToken)
    {
        while (!JobState.IsFinal(reply.State))
        {
            if (Idle() >= Patience)
            {
                throw new CommandException(
                    $"Nothing finished for {Patience.TotalSeconds:0} s, job {reply.Id} is still {reply.State}. It goes on: see {server.JobUrl(reply.Id)}, or wait longer with --wait.");
            }

            reply = await client.GetAsync<AnalyzeEmotion, EmotionResult>(reply.Id, Hold(), cancellationToken);
            if (JobState.IsFinal(reply.State))
            {
                Report(1, finished);
            }
            else
            {
                await Task.Delay(PollPause, time, cancellationToken);
            }
        }

        return reply;
    }

    private void Report(int count, Action<int> finished)
    {
        Volatile.Write(ref _lastProgress, time.GetTimestamp());
        if (count > 0)
        {
            finished(count);
        }
    }

    private TimeSpan Hold()
    {
        var left = Patience - Idle();
        return left <= TimeSpan.Zero ? TimeSpan.Zero : left < HoldMax ? left : HoldMax;
    }

    private TimeSpan Idle() => time.GetElapsedTime(Volatile.Read(ref _lastProgress));
}
