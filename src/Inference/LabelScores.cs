namespace Pipeline.Inference;

/// <summary>What the model thinks of every label, and what it cost.</summary>
public sealed record LabelScores
{
    /// <summary>One entry a label, in the order of the request.</summary>
    public required IReadOnlyList<LabelScore> Labels { get; init; }

    /// <summary>Tokens of the prompt, template included.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Those of <see cref="PromptTokens"/> that the prefix cache held already.</summary>
    public required int CachedTokens { get; init; }

    /// <summary>Name of the model that scored.</summary>
    public required string Model { get; init; }

    /// <summary>The most probable label; the first of equals.</summary>
    public LabelScore Best => Labels.MaxBy(label => label.Probability)!;
}

/// <summary>One label's score.</summary>
/// <param name="Label">As given in the request.</param>
/// <param name="Probability">Softmax over the labels of the request, calibration and temperature applied; sums to 1 over the labels.</param>
/// <param name="LogProbability">Natural logarithm of the probability of the whole label among all continuations, before calibration and temperature.</param>
public sealed record LabelScore(string Label, double Probability, double LogProbability);
