namespace Pipeline.Cli.Evaluation;

/// <summary>
/// Expected calibration error (Guo et al. 2017): the distance between confidence and accuracy within each bin, weighted by
/// the bin's share of the texts. 0 is perfect: of the answers given with 0.8, 80 % are right.
/// </summary>
internal static class CalibrationError
{
    /// <summary>Bins of equal width over confidence, each open below and closed above: (0, 1/15], (1/15, 2/15], …</summary>
    public const int Bins = 15;

    public static double Of(IReadOnlyCollection<Prediction> predictions)
    {
        var error = 0.0;
        foreach (var bin in predictions.GroupBy(prediction => BinOf(prediction.Confidence)).OrderBy(bin => bin.Key))
        {
            var accuracy = bin.Average(prediction => prediction.IsRight ? 1.0 : 0.0);
            var confidence = bin.Average(prediction => prediction.Confidence);
            error += Math.Abs(accuracy - confidence) * bin.Count() / predictions.Count;
        }

        return error;
    }

    /// <summary>The first bin whose upper edge i/15 is not below the confidence; compared, not computed, so that edges fall alike everywhere.</summary>
    internal static int BinOf(double confidence)
    {
        var bin = 0;
        while (bin < Bins - 1 && confidence > (bin + 1) / (double)Bins)
        {
            bin++;
        }

        return bin;
    }
}
