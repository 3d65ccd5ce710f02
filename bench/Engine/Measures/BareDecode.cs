using System.Numerics.Tensors;
using Pipeline.Inference.Decoding;
using Pipeline.Inference.Models;

namespace Pipeline.Bench.Engine.Measures;

/// <summary>
/// Greedy decoding in a plain loop over the decoder: what the library itself gives when nothing schedules, samples or
/// answers. The engine cannot be faster; how near it comes is its own cost.
/// </summary>
internal sealed class BareDecode(ILanguageModel model, int[][] prompts, int tokens, int threads) : IMeasure
{
    public string Name => $"bare.decode{prompts.Length}";

    public string Unit => "tokens/s";

    public async Task<Sample> MeasureAsync(CancellationToken cancellationToken)
    {
        int contextTokens = prompts.Sum(prompt => prompt.Length + tokens);
        using IDecoder decoder = model.CreateDecoder(new(new(contextTokens, Math.Min(contextTokens, 512), prompts.Length, prompts.Length), threads));
        int[] next = [.. prompts.Select((prompt, sequence) => Prompt(decoder, prompt, sequence, cancellationToken))];
        return await Stopwatched.RunAsync(() => Task.FromResult(Generate(decoder, next, cancellationToken)));
    }

    /// <summary>The answer's first token.</summary>
    private static int Prompt(IDecoder decoder, int[] prompt, int sequence, CancellationToken cancellationToken)
    {
        DecodeBatch batch = new(prompt.Length);
        for (int i = 0; i < prompt.Length; i++)
        {
            batch.Add(prompt[i], i, sequence, wantsLogits: i == prompt.Length - 1);
        }

        decoder.DecodeOrThrow(batch, cancellationToken);
        return TensorPrimitives.IndexOfMax(decoder.GetLogits(batch.Count - 1));
    }

    private int Generate(IDecoder decoder, int[] next, CancellationToken cancellationToken)
    {
        DecodeBatch batch = new(next.Length);
        for (int step = 0; step < tokens; step++)
        {
            batch.Clear();
            for (int sequence = 0; sequence < next.Length; sequence++)
            {
                batch.Add(next[sequence], prompts[sequence].Length + step, sequence, wantsLogits: true);
            }

            decoder.DecodeOrThrow(batch, cancellationToken);
            for (int sequence = 0; sequence < next.Length; sequence++)
            {
                next[sequence] = TensorPrimitives.IndexOfMax(decoder.GetLogits(sequence));
            }
        }

        // As the engine does: idle threads of this one would slow down the others.
        decoder.Rest();
        return tokens * next.Length;
    }
}
