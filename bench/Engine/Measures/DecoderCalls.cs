using Pipeline.Inference;
using Pipeline.Inference.Decoding;

namespace Pipeline.Bench.Engine.Measures;

/// <summary>Decoding where only success is a result.</summary>
internal static class DecoderCalls
{
    public static void DecodeOrThrow(this IDecoder decoder, DecodeBatch batch, CancellationToken cancellationToken)
    {
        DecodeResult result = decoder.Decode(batch, cancellationToken);
        if (result != DecodeResult.Ok)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new InferenceException($"A pass over {batch.Count} tokens ended with {result}. Take a model that the engine can load.");
        }
    }
}
