using Pipeline.Inference.Scoring;

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

    /// <summary>Tokens that the model wrote; 0 where the labels were scored and nothing was generated.</summary>
    public int CompletionTokens { get; init; }

    /// <summary>
    /// The model only named a label, and no probabilities are known: the chosen one has 1 and the others 0, which says which
    /// it was and nothing about how sure the model is. Only servers that give no log-probabilities answer like this.
    /// </summary>
    public bool ChoiceOnly { get; init; }

    /// <summary>The cloud provider that answered after the local engine had failed; null where the local engine answered.</summary>
    public string? FallbackProvider { get; init; }

    /// <summary>The most probable label; the first of equals.</summary>
    public LabelScore Best => Labels.MaxBy(label => label.Probability)!;
}

/// <summary>One label's score.</summary>
/// <param name="Label">As given in the request.</param>
/// <param name="Probability">Softmax over the labels of the request, calibration and temperature applied; sums to 1 over the labels.</param>
/// <param name="LogProbability">Natural logarithm of the probability of the whole label among all continuations, before calibration and temperature.</param>
public sealed record LabelScore(string Label, double Probability, double LogProbability)
{
    /// <summary>The labels of a request with calibration and temperature applied.</summary>
    /// <param name="request">Labels and temperature.</param>
    /// <param name="logProbabilities">One a label, in the order of the request.</param>
    /// <param name="bias">Log-probabilities after the content-free prompt, to be taken off; null for none.</param>
    public static IReadOnlyList<LabelScore> Distribution(LabelScoringRequest request, double[] logProbabilities, double[]? bias = null)
    {
        double[] unbiased = bias is null ? logProbabilities : [.. logProbabilities.Zip(bias, (own, free) => own - free)];
        double[] probabilities = LogSoftmax.Softmax(unbiased, request.Temperature);
        return [.. request.Labels.Select((label, i) => new LabelScore(label, probabilities[i], logProbabilities[i]))];
    }
}
