using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Pipeline.Bench.Engine.Peers;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Embeddings;

/// <summary>Texts a second of three sides, in turns: the engine alone, the whole pipeline around it, and node-llama-cpp.</summary>
internal sealed class Throughput(IEmbeddingGenerator<string, Embedding<float>> engine, Processes pipeline, NodePeer node, Texts texts, int count)
{
    public List<double> Engine { get; } = [];

    public List<double> Pipeline { get; } = [];

    public List<double> Node { get; } = [];

    public double VersusEngine => Median.Of(Pipeline.Zip(Engine, (ours, theirs) => ours / theirs));

    public double VersusNode => Median.Of(Pipeline.Zip(Node, (ours, theirs) => ours / theirs));

    public async Task RunAsync(int rounds, CancellationToken cancellationToken)
    {
        // Code is compiled before anything counts.
        await EngineAsync(count / 4, cancellationToken);
        await PipelineAsync(count / 2, cancellationToken);
        await PipelineAsync(count / 2, cancellationToken);
        await NodeAsync(count / 8, cancellationToken);
        for (int round = 0; round < rounds; round++)
        {
            Engine.Add(await EngineAsync(count, cancellationToken));
            Pipeline.Add(await PipelineAsync(count, cancellationToken));
            Node.Add(await NodeAsync(count / 2, cancellationToken));
            await Console.Error.WriteLineAsync(FormattableString.Invariant(
                $"round {round + 1}/{rounds}  engine {Engine[^1]:F1}  pipeline {Pipeline[^1]:F1}  node-llama-cpp {Node[^1]:F1} texts/s"));
        }
    }

    private async Task<double> EngineAsync(int number, CancellationToken cancellationToken)
    {
        string[] batch = texts.Next(number);
        long start = Stopwatch.GetTimestamp();
        await engine.GenerateAsync(batch, null, cancellationToken);
        return number / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>From the request to the answer with every vector, durable before.</summary>
    private async Task<double> PipelineAsync(int number, CancellationToken cancellationToken)
    {
        JsonObject body = new() { ["texts"] = new JsonArray([.. texts.Next(number).Select(text => JsonValue.Create(text))]) };
        long start = Stopwatch.GetTimestamp();
        JsonNode answer = await pipeline.PostAsync("/api/embeddings", body, waits: true, cancellationToken);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        int embedded = answer["jobs"]!.AsArray().Sum(job => job!["result"]?["embeddings"]?.AsArray().Count ?? 0);
        return embedded == number ? number / seconds : throw new BenchException($"{embedded} of {number} texts were embedded; see .local/bench/logs.");
    }

    private async Task<double> NodeAsync(int number, CancellationToken cancellationToken)
    {
        PeerReply reply = await node.AskAsync(new("embed") { Strings = texts.Next(number) }, cancellationToken);
        return number / reply.Seconds;
    }
}
