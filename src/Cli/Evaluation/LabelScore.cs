namespace Pipeline.Cli.Evaluation;

/// <summary>How well one label is found. A quotient with nothing to divide by is 0, as scikit-learn's zero_division=0.</summary>
internal sealed record LabelScore(string Label, double Precision, double Recall, double F1, int Support)
{
    public static LabelScore Of(string label, ConfusionMatrix matrix)
    {
        var right = matrix[label, label];
        var (support, predicted) = (matrix.Support(label), matrix.Predicted(label));
        return new(label, Share(right, predicted), Share(right, support), Share(2 * right, support + predicted), support);
    }

    private static double Share(int part, int whole) => whole is 0 ? 0 : (double)part / whole;
}
