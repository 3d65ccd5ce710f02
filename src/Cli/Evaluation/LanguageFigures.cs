namespace Pipeline.Cli.Evaluation;

/// <summary>How good the answers in one language are.</summary>
internal sealed record LanguageFigures
{
    public required string Language { get; init; }

    public required int Count { get; init; }

    public required double Accuracy { get; init; }

    /// <summary>
    /// Plain mean of the F1 of every label that occurs in the gold labels or the predictions of this language:
    /// scikit-learn's f1_score(gold, predicted, average="macro").
    /// </summary>
    public required double MacroF1 { get; init; }

    /// <summary>See <see cref="CalibrationError"/>.</summary>
    public required double CalibrationError { get; init; }

    public required IReadOnlyList<LabelScore> Labels { get; init; }

    public required ConfusionMatrix Matrix { get; init; }

    /// <param name="language">A name for the texts.</param>
    /// <param name="predictions">At least one.</param>
    public static LanguageFigures Of(string language, IReadOnlyCollection<Prediction> predictions)
    {
        var matrix = new ConfusionMatrix(predictions);
        LabelScore[] labels = [.. matrix.Labels.Select(label => LabelScore.Of(label, matrix))];
        return new()
        {
            Language = language,
            Count = predictions.Count,
            Accuracy = (double)matrix.Right / matrix.Total,
            MacroF1 = labels.Average(label => label.F1),
            CalibrationError = Evaluation.CalibrationError.Of(predictions),
            Labels = labels,
            Matrix = matrix,
        };
    }
}
