namespace Pipeline.Cli.Evaluation;

/// <summary>What people said of a text, and what the model said.</summary>
/// <param name="Confidence">The model's probability of <paramref name="Predicted"/>, 0 to 1.</param>
internal readonly record struct Prediction(string Gold, string Predicted, double Confidence)
{
    public bool IsRight => string.Equals(Gold, Predicted, StringComparison.Ordinal);
}
