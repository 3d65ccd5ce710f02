using Pipeline.Inference.Scoring;

namespace Pipeline.Inference.Generation;

/// <summary>A token of an answer, and how probable the model found it before any sampling setting had a say.</summary>
/// <param name="Bytes">UTF-8, which a character of several tokens shares among them.</param>
/// <param name="LogProbability">Natural logarithm, at least <see cref="LogProbabilityMin"/>.</param>
/// <param name="Likely">The most probable tokens at its place, the most probable first; as many as were asked for.</param>
public sealed record GeneratedToken(byte[] Bytes, double LogProbability, IReadOnlyList<LikelyToken> Likely)
{
    /// <summary>Most of <see cref="Likely"/>.</summary>
    public const int LikelyMax = 20;

    /// <summary>What stands for impossible; JSON has no infinity.</summary>
    public const double LogProbabilityMin = -9_999;

    internal static GeneratedToken Of(int token, ReadOnlySpan<float> logits, int likely, Func<int, byte[]> getBytes)
    {
        double sum = LogSoftmax.LogSumExp(logits);
        Span<int> top = stackalloc int[Math.Min(likely, logits.Length)];
        int found = FindTop(logits, top);
        LikelyToken[] others = new LikelyToken[found];
        for (int i = 0; i < found; i++)
        {
            others[i] = new(getBytes(top[i]), LogProbabilityOf(logits[top[i]], sum));
        }

        return new(getBytes(token), LogProbabilityOf(logits[token], sum), others);
    }

    /// <summary>The places of the largest logits, in order; one pass, since there are few of them.</summary>
    private static int FindTop(ReadOnlySpan<float> logits, Span<int> top)
    {
        int found = 0;
        for (int token = 0; token < logits.Length && top.Length > 0; token++)
        {
            if (found == top.Length && logits[token] <= logits[top[found - 1]])
            {
                continue;
            }

            int place = found == top.Length ? found - 1 : found++;
            for (; place > 0 && logits[top[place - 1]] < logits[token]; place--)
            {
                top[place] = top[place - 1];
            }

            top[place] = token;
        }

        return found;
    }

    private static double LogProbabilityOf(float logit, double sum) => Math.Max(LogProbabilityMin, logit - sum);
}

/// <summary>A token that could have been.</summary>
public sealed record LikelyToken(byte[] Bytes, double LogProbability);
