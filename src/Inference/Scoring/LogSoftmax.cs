using System.Numerics;
using System.Runtime.InteropServices;

namespace Pipeline.Inference.Scoring;

/// <summary>Log-probabilities from logits; vectorised, because a row has as many entries as the vocabulary.</summary>
internal static class LogSoftmax
{
    /// <summary>log Σ exp(logits): subtract it from a logit to have its log-probability.</summary>
    /// <exception cref="InferenceException">The model produced no finite logits.</exception>
    public static double LogSumExp(ReadOnlySpan<float> logits)
    {
        float max = Max(logits);
        if (!float.IsFinite(max))
        {
            throw InferenceException.LogitsAreNoNumbers();
        }

        ReadOnlySpan<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(logits);
        Vector<float> offset = new(max);
        double sum = 0;
        foreach (Vector<float> vector in vectors)
        {
            sum += Vector.Sum(Vector.Exp(vector - offset));
        }

        foreach (float logit in logits[(vectors.Length * Vector<float>.Count)..])
        {
            sum += Math.Exp(logit - max);
        }

        return max + Math.Log(sum);
    }

    /// <summary>Probabilities of the choices alone; sums to 1.</summary>
    public static double[] Softmax(ReadOnlySpan<double> logProbabilities, double temperature)
    {
        double max = double.NegativeInfinity;
        foreach (double value in logProbabilities)
        {
            max = Math.Max(max, value);
        }

        double[] result = new double[logProbabilities.Length];
        double sum = 0;
        for (int i = 0; i < result.Length; i++)
        {
            sum += result[i] = Math.Exp((logProbabilities[i] - max) / temperature);
        }

        for (int i = 0; i < result.Length; i++)
        {
            result[i] /= sum;
        }

        return result;
    }

    private static float Max(ReadOnlySpan<float> logits)
    {
        ReadOnlySpan<Vector<float>> vectors = MemoryMarshal.Cast<float, Vector<float>>(logits);
        Vector<float> maxima = new(float.NegativeInfinity);
        foreach (Vector<float> vector in vectors)
        {
            maxima = Vector.Max(maxima, vector);
        }

        float max = float.NegativeInfinity;
        for (int i = 0; i < Vector<float>.Count; i++)
        {
            max = Math.Max(max, maxima[i]);
        }

        foreach (float logit in logits[(vectors.Length * Vector<float>.Count)..])
        {
            max = Math.Max(max, logit);
        }

        return max;
    }
}
