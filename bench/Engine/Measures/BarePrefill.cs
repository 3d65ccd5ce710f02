using Pipeline.Inference.Decoding;
using Pipeline.Inference.Models;

namespace Pipeline.Bench.Engine.Measures;

/// <summary>Forward passes over a prompt, logits of its last token only.</summary>
internal sealed class BarePrefill(ILanguageModel model, int[] prompt, int threads) : IMeasure
{
    public string Name => $"bare.prefill{prompt.Length}";

    public string Unit => "tokens/s";

    public async Task<Sample> MeasureAsync(CancellationToken cancellationToken)
    {
        int passes = Sizes.PrefillTokensMin / prompt.Length; // Long enough for what comes and goes on a machine to even out.
        using IDecoder decoder = model.CreateDecoder(new(new(prompt.Length, prompt.Length, SequencesMax: 1, OutputsMax: 1), threads));
        DecodeBatch batch = new(prompt.Length);
        for (int i = 0; i < prompt.Length; i++)
        {
            batch.Add(prompt[i], i, 0, wantsLogits: i == prompt.Length - 1);
        }

        return await Stopwatched.RunAsync(() =>
        {
            for (int pass = 0; pass < passes; pass++)
            {
                decoder.RemoveSequence(0, 0, int.MaxValue);
                decoder.DecodeOrThrow(batch, cancellationToken);
            }

            return Task.FromResult(passes * batch.Count);
        });
    }
}
