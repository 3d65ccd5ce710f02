namespace Pipeline.Inference.Onnx.Passes;

/// <summary>
/// Divides the texts of a pass into runs of about one length each: a run is a rectangle, and what fills its short rows up is
/// computed in vain.
/// </summary>
internal static class PaddedRuns
{
    // Padding that costs less than one more run.
    private const int PaddingTokensFree = 64;
    private const int PaddingShare = 4;

    /// <param name="lengths">Tokens of every text.</param>
    /// <param name="tokensMax">Most tokens of a run, padding included; a longer text has one of its own.</param>
    /// <returns>Places of the texts, run by run, the longest of each first.</returns>
    public static IEnumerable<int[]> Pack(IReadOnlyList<int> lengths, int tokensMax)
    {
        List<int> run = [];
        int tokens = 0;
        foreach (int index in Enumerable.Range(0, lengths.Count).OrderByDescending(index => lengths[index]))
        {
            if (run.Count > 0 && !Fits(lengths[run[0]] * (run.Count + 1), tokens + lengths[index], tokensMax))
            {
                yield return [.. run];
                run.Clear();
                tokens = 0;
            }

            run.Add(index);
            tokens += lengths[index];
        }

        if (run.Count > 0)
        {
            yield return [.. run];
        }
    }

    private static bool Fits(int padded, int tokens, int tokensMax) =>
        padded <= tokensMax && padded - tokens <= Math.Max(PaddingTokensFree, tokens / PaddingShare);
}
