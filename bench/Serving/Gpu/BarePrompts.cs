using Pipeline.Bench.Engine.Measures;
using Pipeline.Inference.Decoding;
using Pipeline.Inference.Models;

namespace Pipeline.Bench.Serving.Gpu;

/// <summary>Prompts of so many sequences in full passes of a plain loop over the decoder, logits of the last token of each.</summary>
internal sealed class BarePrompts(ILanguageModel model, int[][] prompts, int batchTokens, int threads) : IMeasure
{
    public string Name => $"bare.prefill{prompts.Length}";

    public string Unit => "tokens/s";

    public async Task<Sample> MeasureAsync(CancellationToken cancellationToken)
    {
        int tokens = prompts.Sum(prompt => prompt.Length);
        using IDecoder decoder = model.CreateDecoder(new(new(tokens, Math.Min(tokens, batchTokens), prompts.Length, prompts.Length), threads));
        return await Stopwatched.RunAsync(() =>
        {
            DecodeBatch batch = new(decoder.Limits.BatchTokens);
            for (int sequence = 0; sequence < prompts.Length; sequence++)
            {
                for (int i = 0; i < prompts[sequence].Length; i++)
                {
                    batch.Add(prompts[sequence][i], i, sequence, wantsLogits: i == prompts[sequence].Length - 1);
                    if (batch.Room == 0)
                    {
                        decoder.DecodeOrThrow(batch, cancellationToken);
                        batch.Clear();
                    }
                }
            }

            if (batch.Count > 0)
            {
                decoder.DecodeOrThrow(batch, cancellationToken);
            }

            return Task.FromResult(tokens);
        });
    }
}
