using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Pipeline.Bench.Measuring;
using Pipeline.Inference;

namespace Pipeline.Bench.Engine.Residence;

/// <summary>Eight clients ask one name without a pause; it moves to another file and back meanwhile. Beside the same time without.</summary>
internal sealed class SwapMeasure(string[] files, int threads, TimeSpan duration)
{
    private const int Clients = 8;

    public async Task<JsonObject> RunAsync(CancellationToken cancellationToken)
    {
        await using LocalModels models = Asking.Engine(threads, mebibytes: null, TimeSpan.FromSeconds(30));
        models.Define(new("alias", files[0]));
        await models.LoadAsync("alias", cancellationToken);
        await LoadAsync(models, [], duration / 4, cancellationToken);
        var (quiet, _) = await LoadAsync(models, [], duration, cancellationToken);
        var (swapped, failed) = await LoadAsync(models, [files[1], files[0]], duration, cancellationToken);

        double quietP99 = P99(quiet), swapP99 = P99(swapped);
        int[] seen = [swapped.Count(answer => answer.Model is "a"), swapped.Count(answer => answer.Model is "b")];
        if (seen.Contains(0))
        {
            throw new BenchException("The name never moved.");
        }

        await Console.Error.WriteLineAsync(
            $"{swapped.Count} jobs while the name moved there and back: {failed} failed, {seen[0]} by a and {seen[1]} by b; p99 {swapP99:0.00} s, {quietP99:0.00} s without: {swapP99 / quietP99:0.00}");
        return new()
        {
            ["jobs"] = swapped.Count, ["failed"] = failed, ["by_a"] = seen[0], ["by_b"] = seen[1], ["p99_s"] = swapP99, ["quiet_p99_s"] = quietP99, ["ratio"] = swapP99 / quietP99,
        };
    }

    /// <param name="moves">Files that the name moves to, at equal distances.</param>
    private static async Task<(IReadOnlyCollection<Answered> Answers, int Failed)> LoadAsync(LocalModels models, string[] moves, TimeSpan time, CancellationToken cancellationToken)
    {
        ConcurrentBag<Answered> answers = [];
        int failed = 0;
        long start = Stopwatch.GetTimestamp();
        Task[] clients = [.. Enumerable.Range(0, Clients).Select(AskAsync)];
        foreach (string file in moves)
        {
            await Task.Delay(time / (moves.Length + 1), TimeProvider.System, cancellationToken);
            await models.MoveAsync("alias", file, cancellationToken);
        }

        await Task.WhenAll(clients);
        return (answers, failed);

        async Task AskAsync(int client)
        {
            for (int i = 0; Stopwatch.GetElapsedTime(start) < time; i++)
            {
                try
                {
                    answers.Add(await Asking.AskAsync(models, "alias", (i * Clients) + client, cancellationToken));
                }
                catch (InferenceException)
                {
                    Interlocked.Increment(ref failed);
                }
            }
        }
    }

    private static double P99(IEnumerable<Answered> answers) => Percentile.Of([.. answers.Select(answer => answer.All.TotalSeconds).Order()], 0.99);
}
