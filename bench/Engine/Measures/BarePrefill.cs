using Pipeline.Inference.Decoding;
using Pipeline.Inference.Models;

namespace Pipeline.Bench.Engine.Measures;

/// <summary>Forward passes over a prompt, logits of its last token only.</summary>
/// <param name="model">What computes.</param>
/// <param name="prompt">Tokens of a pass.</param>
/// <param name="tokensMin">Tokens of a measurement: as many as the side beside it has, or the shorter one would catch a machine's good seconds more often.</param>
/// <param name="threads">CPU threads.</param>
internal sealed class BarePrefill(ILanguageModel model, int[] prompt, int tokensMin, int threads) : IMeasure
{
    public string Name => $"bare.prefill{prompt.Length}";

    public string Unit => "tokens/s";

    public async Task<Sample> MeasureAsync(CancellationToken cancellationToken)
    {
        int passes = (tokensMin + prompt.Length - 1) / prompt.Length;
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

            decoder.Rest();
            return Task.FromResult(passes * batch.Count);
        });
    }
}
