using Pipeline.Contracts;

namespace Pipeline.Cli.Evaluation;

/// <summary>How often each gold label was given each label.</summary>
internal sealed class ConfusionMatrix
{
    private readonly Dictionary<(string Gold, string Predicted), int> _cells;

    public ConfusionMatrix(IReadOnlyCollection<Prediction> predictions)
    {
        _cells = predictions.CountBy(prediction => (prediction.Gold, prediction.Predicted)).ToDictionary();
        Total = predictions.Count;
        var known = Emotions.All.ToList();
        Labels = [.. _cells.Keys
            .SelectMany(cell => new[] { cell.Gold, cell.Predicted })
            .Distinct()
            .OrderBy(label => known.IndexOf(label) is >= 0 and var index ? index : int.MaxValue)
            .ThenBy(label => label, StringComparer.Ordinal)];
    }

    public int Total { get; }

    /// <summary>Every label that occurs in the gold labels or the predictions, in the order of <see cref="Emotions.All"/>.</summary>
    public IReadOnlyList<string> Labels { get; }

    public int this[string gold, string predicted] => _cells.GetValueOrDefault((gold, predicted));

    public int Right => Labels.Sum(label => this[label, label]);

    /// <summary>Texts that people gave this label.</summary>
    public int Support(string label) => Labels.Sum(predicted => this[label, predicted]);

    /// <summary>Texts that the model gave this label.</summary>
    public int Predicted(string label) => Labels.Sum(gold => this[gold, label]);

    /// <summary>The wrong pairs, most frequent first.</summary>
    public IEnumerable<Confusion> Confusions() =>
        from cell in _cells
        where cell.Key.Gold != cell.Key.Predicted
        orderby cell.Value descending, cell.Key.Gold, cell.Key.Predicted
        select new Confusion(cell.Key.Gold, cell.Key.Predicted, cell.Value, (double)cell.Value / Support(cell.Key.Gold));
}

/// <param name="Share">Of all texts with this gold label, 0 to 1.</param>
internal sealed record Confusion(string Gold, string Predicted, int Count, double Share);
