namespace Pipeline.Inference.Remote.Labels;

/// <summary>
/// Log-probabilities of labels from the alternatives for the token that begins the answer. A token stands for the label it
/// begins: once "sur" is written, "surprise" is the only label left. That is the probability of the label's beginning, which
/// the local engine would multiply by that of its remaining tokens, nearly 1.
/// </summary>
internal static class FirstTokenScores
{
    /// <summary>Below this share of the probability on labels, the model means to answer something else, and what is left is noise.</summary>
    private const double LabelMassMin = 0.05;

    /// <summary>A token that begins several labels may have this share of the labels' probability; beyond it they cannot be distinguished.</summary>
    private const double AmbiguousShareMax = 0.01;

    /// <param name="labels">Of the request.</param>
    /// <param name="alternatives">UTF-8 bytes of each token, and its natural logarithm of probability.</param>
    /// <returns>One a label; a label that is not listed has the most that it can have. Null if the labels cannot be distinguished.</returns>
    public static double[]? Read(IReadOnlyList<byte[]> labels, IReadOnlyList<(ReadOnlyMemory<byte> Token, double LogProbability)> alternatives)
    {
        double[] mass = new double[labels.Count];
        double ambiguous = 0;
        foreach (var (token, logProbability) in alternatives)
        {
            ReadOnlySpan<byte> start = LabelToken.Trim(token.Span);
            int owner = Owner(labels, start, out bool several);
            if (several)
            {
                ambiguous += Math.Exp(logProbability);
            }
            else if (owner >= 0)
            {
                mass[owner] += Math.Exp(logProbability);
            }
        }

        double total = mass.Sum();
        if (total + ambiguous < LabelMassMin || ambiguous > AmbiguousShareMax * total)
        {
            return null;
        }

        double floor = Floor(alternatives);
        return [.. mass.Select(probability => Math.Log(Math.Max(probability, floor)))];
    }

    private static int Owner(IReadOnlyList<byte[]> labels, ReadOnlySpan<byte> start, out bool several)
    {
        int owner = -1;
        several = false;
        for (int i = 0; i < labels.Count; i++)
        {
            if (LabelToken.Begins(labels[i], start))
            {
                several |= owner >= 0;
                owner = i;
            }
        }

        return owner;
    }

    /// <summary>What is not listed is at most as probable as the least of those listed, and as all that they leave.</summary>
    private static double Floor(IReadOnlyList<(ReadOnlyMemory<byte> Token, double LogProbability)> alternatives)
    {
        double least = alternatives.Min(alternative => Math.Exp(alternative.LogProbability));
        double rest = 1 - alternatives.Sum(alternative => Math.Exp(alternative.LogProbability));
        return Math.Max(Math.Min(least, rest), double.Epsilon);
    }
}
