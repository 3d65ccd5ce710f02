using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Pipeline.Bench.Engine.Peers;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Embeddings;

/// <summary>Texts a second of each kind of side, new texts each time.</summary>
internal sealed class Rates(Texts texts)
{
    // The code of its processes is compiled twice, the second time in the background on the cores that are measured: after four requests of
    // 512 texts next to nothing of that was left.
    private const int PipelineWarmUps = 8;

    /// <summary>The engine alone, in this process.</summary>
    public async Task<double> OfAsync(IEmbeddingGenerator<string, Embedding<float>> engine, int number, CancellationToken cancellationToken)
    {
        string[] batch = texts.Next(number);
        long start = Stopwatch.GetTimestamp();
        await engine.GenerateAsync(batch, null, cancellationToken);
        return number / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>From the request to the answer with every vector, durable before.</summary>
    public async Task<double> OfAsync(Processes pipeline, int number, CancellationToken cancellationToken)
    {
        JsonObject body = new() { ["texts"] = new JsonArray([.. texts.Next(number).Select(text => JsonValue.Create(text))]) };
        long start = Stopwatch.GetTimestamp();
        JsonNode answer = await pipeline.PostAsync("/api/embeddings", body, waits: true, cancellationToken);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        int embedded = answer["jobs"]!.AsArray().Sum(job => job!["result"]?["embeddings"]?.AsArray().Count ?? 0);
        return embedded == number ? number / seconds : throw new BenchException($"{embedded} of {number} texts were embedded; see .local/bench/logs.");
    }

    /// <summary>Before anything counts.</summary>
    public async Task WarmUpAsync(Processes pipeline, int number, CancellationToken cancellationToken)
    {
        for (int i = 0; i < PipelineWarmUps; i++)
        {
            await OfAsync(pipeline, number, cancellationToken);
        }
    }

    /// <summary>node-llama-cpp, which takes one text after the other: half as many are enough.</summary>
    public async Task<double> OfAsync(NodePeer node, int number, CancellationToken cancellationToken)
    {
        PeerReply reply = await node.AskAsync(new("embed") { Strings = texts.Next(number / 2) }, cancellationToken);
        return number / 2 / reply.Seconds;
    }
}
