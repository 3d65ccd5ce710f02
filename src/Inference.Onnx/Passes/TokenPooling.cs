using System.Numerics.Tensors;
using Pipeline.Inference.Onnx.Files;

namespace Pipeline.Inference.Onnx.Passes;

/// <summary>One vector from the vectors of a text's tokens; padding is left out.</summary>
internal static class TokenPooling
{
    /// <param name="states">A row a token, padding behind the text's own.</param>
    /// <param name="length">Tokens of the text.</param>
    /// <param name="dimensions">Numbers of a row.</param>
    /// <param name="pooling">The model's own.</param>
    public static float[] Pool(ReadOnlySpan<float> states, int length, int dimensions, Pooling pooling)
    {
        switch (pooling)
        {
            case Pooling.Cls:
                return states[..dimensions].ToArray();
            case Pooling.Last:
                return states.Slice((length - 1) * dimensions, dimensions).ToArray();
            default:
                float[] mean = new float[dimensions];
                for (int token = 0; token < length; token++)
                {
                    TensorPrimitives.Add(mean, states.Slice(token * dimensions, dimensions), mean);
                }

                TensorPrimitives.Divide(mean, length, mean);
                return mean;
        }
    }
}
