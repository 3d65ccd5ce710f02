using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Bench.Measuring;
using Pipeline.Core.Clients;
using Pipeline.Core.Search;

namespace Pipeline.Bench.Embeddings;

/// <summary>How long a search takes among many chunks: the scan of vectors in memory alone, and the whole request.</summary>
internal sealed class SearchMeasure(NpgsqlDataSource dataSource, Processes pipeline, Texts texts, TimeProvider time)
{
    private const int Results = 10;
    private const int Checked = 5;
    private const double Rounding = 1e-5; // Of single precision over 384 products.

    /// <summary>The p99 of the scan at each size, by its name in the last line.</summary>
    public JsonObject Found { get; } = [];

    /// <summary>Of the nearest chunks, the share that was found.</summary>
    public double Recall { get; private set; } = 1;

    public async Task RunAsync(IReadOnlyList<int> sizes, int requests, CancellationToken cancellationToken)
    {
        (int Id, int Dimensions) model = (await QueryAsync<(int, int)>("select id, dimensions from embedding_models order by served_at desc limit 1", cancellationToken));
        Corpus corpus = new(dataSource, model.Id, model.Dimensions, texts);
        foreach (int size in sizes)
        {
            await Console.Error.WriteLineAsync($"writing {size} chunks of {model.Dimensions} dimensions");
            await corpus.GrowAsync(size, cancellationToken);

            // A new one, as after a start: the first search reads everything.
            using ExactIndex index = new(dataSource, Options.Create(new SearchOptions()), time, NullLogger<ExactIndex>.Instance);
            Latencies first = await Latencies.OfAsync(1, time, () => ScanAsync(index, model.Id, corpus.RandomVector(), cancellationToken));
            await CheckAsync(index, model.Id, corpus, cancellationToken);
            Latencies scan = await Latencies.OfAsync(requests, time, () => ScanAsync(index, model.Id, corpus.RandomVector(), cancellationToken));
            Latencies whole = await MeasureAsync(requests / 2, "hybrid", cancellationToken);
            Latencies vectors = await MeasureAsync(requests / 2, "vectors", cancellationToken);
            await Console.Error.WriteLineAsync($"{size} chunks: scan {scan}; first {first.P50:F0} ms; request {whole}; request by vectors {vectors}");
            Found[$"{size}"] = new JsonObject
            {
                ["scan_ms"] = scan.ToJson(), ["first_scan_ms"] = Math.Round(first.P50, 1), ["request_ms"] = whole.ToJson(), ["vectors_request_ms"] = vectors.ToJson(),
            };
        }
    }

    private async Task<Latencies> MeasureAsync(int requests, string mode, CancellationToken cancellationToken)
    {
        await SearchAsync(mode, cancellationToken); // The API reads the vectors.
        return await Latencies.OfAsync(requests, time, () => SearchAsync(mode, cancellationToken));
    }

    private async Task SearchAsync(string mode, CancellationToken cancellationToken)
    {
        JsonNode answer = await pipeline.PostAsync(
            "/api/search", new JsonObject { ["query"] = texts.Next(), ["k"] = Results, ["mode"] = mode }, waits: false, cancellationToken);
        if (answer["results"]!.AsArray().Count != Results || answer["degraded"] is not null)
        {
            throw new BenchException($"A search found {answer["results"]!.AsArray().Count} of {Results} chunks; {answer["degraded"]}");
        }
    }

    private static Task<IReadOnlyList<Neighbour>> ScanAsync(ExactIndex index, int modelId, float[] vector, CancellationToken cancellationToken) =>
        index.SearchAsync(new(Client.LocalId, modelId, vector, Results, FilterJson: null), cancellationToken);

    private async Task CheckAsync(ExactIndex index, int modelId, Corpus corpus, CancellationToken cancellationToken)
    {
        for (int i = 0; i < Checked; i++)
        {
            float[] query = corpus.RandomVector();
            double[] nearest = corpus.Nearest(query, Results);
            IReadOnlyList<Neighbour> found = await ScanAsync(index, modelId, query, cancellationToken);
            Recall = Math.Min(Recall, found.Count(neighbour => neighbour.Similarity >= nearest[^1] - Rounding) / (double)Results);
        }
    }

    private async Task<T> QueryAsync<T>(string sql, CancellationToken cancellationToken)
    {
        await using NpgsqlConnection connection = await dataSource.OpenConnectionAsync(cancellationToken);
        return await connection.QueryFirstAsync<T>(new CommandDefinition(sql, cancellationToken: cancellationToken));
    }
}
