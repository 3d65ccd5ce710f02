namespace Pipeline.Inference.Embeddings;

/// <summary>Vectors of length 1, whose dot product is their cosine.</summary>
public static class UnitVector
{
    /// <summary>Scales a vector to length 1 in place.</summary>
    /// <exception cref="InferenceException">It is zero or holds what is not a finite number, so it has no direction.</exception>
    public static void Normalize(Span<float> vector)
    {
        double squares = 0;
        foreach (float value in vector)
        {
            squares += (double)value * value;
        }

        if (!(squares > 0 && double.IsFinite(squares)))
        {
            throw new InferenceException("The model gave a vector without a direction for this text. Take another embedding model if it happens again.");
        }

        double scale = 1 / Math.Sqrt(squares);
        foreach (ref float value in vector)
        {
            value = (float)(value * scale);
        }
    }
}
