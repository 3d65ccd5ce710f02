using System.Text.Json.Nodes;
using Dapper;
using Npgsql;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Embeddings;

/// <summary>Latency of emotion jobs, one after the other, on an idle machine and while documents are ingested.</summary>
internal sealed class IngestMeasure(NpgsqlDataSource dataSource, Processes pipeline, Texts texts, TimeProvider time)
{
    private const int Idle = 300;
    private const int WarmUp = 100;

    public async Task<JsonObject> RunAsync(int documents, CancellationToken cancellationToken)
    {
        await Latencies.OfAsync(WarmUp, time, () => EmotionAsync(cancellationToken));
        Latencies idle = await Latencies.OfAsync(Idle, time, () => EmotionAsync(cancellationToken));
        await Console.Error.WriteLineAsync($"emotion jobs, idle: {idle}");

        long start = time.GetTimestamp();
        Task submitting = SubmitAsync(documents, cancellationToken);
        List<double> milliseconds = [];
        while (!submitting.IsCompleted || await LeftAsync(cancellationToken) > 0)
        {
            milliseconds.AddRange((await Latencies.OfAsync(20, time, () => EmotionAsync(cancellationToken))).Sorted);
        }

        await submitting;
        double seconds = time.GetElapsedTime(start).TotalSeconds;
        Latencies busy = new([.. milliseconds.Order()]);
        long failed = await ScalarAsync("select count(*) from jobs where kind = 'document' and state <> 'succeeded'", cancellationToken);
        await Console.Error.WriteLineAsync(FormattableString.Invariant(
            $"emotion jobs, while {documents} documents were ingested in {seconds:F1} s: {busy}; p99 {busy.P99 / idle.P99:F2} × idle"));
        return failed == 0
            ? new()
            {
                ["documents"] = documents, ["seconds"] = Math.Round(seconds, 1), ["idle_ms"] = idle.ToJson(), ["busy_ms"] = busy.ToJson(),
                ["p99_busy_vs_idle"] = Math.Round(busy.P99 / idle.P99, 3),
            }
            : throw new BenchException($"{failed} documents were not embedded; see .local/bench/logs.");
    }

    /// <summary>As a script does it, one request after the other.</summary>
    private async Task SubmitAsync(int documents, CancellationToken cancellationToken)
    {
        foreach ((int number, string text) in texts.Next(documents).Index())
        {
            await pipeline.PostAsync("/api/documents", new JsonObject { ["text"] = text }, waits: false, cancellationToken);
            if ((number + 1) % 1_000 == 0)
            {
                await Console.Error.WriteLineAsync($"{number + 1} of {documents} documents sent");
            }
        }
    }

    private Task<JsonNode> EmotionAsync(CancellationToken cancellationToken) =>
        pipeline.PostAsync("/api/emotion", new JsonObject { ["text"] = texts.Next() }, waits: true, cancellationToken);

    private Task<long> LeftAsync(CancellationToken cancellationToken) =>
        ScalarAsync("select count(*) from jobs where kind = 'document' and state in ('queued', 'running')", cancellationToken);

    private async Task<long> ScalarAsync(string sql, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(sql, cancellationToken: cancellationToken));
    }
}
