using Microsoft.Extensions.AI;
using Pipeline.Bench.Engine.Peers;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Embeddings;

/// <summary>Texts a second of three sides, in turns: the engine alone, the whole pipeline around it, and node-llama-cpp.</summary>
internal sealed class Throughput(IEmbeddingGenerator<string, Embedding<float>> engine, Processes pipeline, NodePeer node, Texts texts, int count)
{
    private readonly Rates _rates = new(texts);

    public List<double> Engine { get; } = [];

    public List<double> Pipeline { get; } = [];

    public List<double> Node { get; } = [];

    public double VersusEngine => Median.Of(Pipeline.Zip(Engine, (ours, theirs) => ours / theirs));

    public double VersusNode => Median.Of(Pipeline.Zip(Node, (ours, theirs) => ours / theirs));

    public async Task RunAsync(int rounds, CancellationToken cancellationToken)
    {
        // Code is compiled before anything counts.
        await _rates.OfAsync(engine, count / 4, cancellationToken);
        await _rates.WarmUpAsync(pipeline, count / 2, cancellationToken);
        await _rates.OfAsync(node, count / 4, cancellationToken);
        for (int round = 0; round < rounds; round++)
        {
            Engine.Add(await _rates.OfAsync(engine, count, cancellationToken));
            Pipeline.Add(await _rates.OfAsync(pipeline, count, cancellationToken));
            Node.Add(await _rates.OfAsync(node, count, cancellationToken));
            await Console.Error.WriteLineAsync(FormattableString.Invariant(
                $"round {round + 1}/{rounds}  engine {Engine[^1]:F1}  pipeline {Pipeline[^1]:F1}  node-llama-cpp {Node[^1]:F1} texts/s"));
        }
    }
}
