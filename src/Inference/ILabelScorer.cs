using Microsoft.Extensions.AI;
using Pipeline.Inference.Scoring;

namespace Pipeline.Inference;

/// <summary>
/// Upper seam for classification: how probable a model finds each label as its answer to a prompt.
/// Costs one prefill and no generation, and the answer is always one of the labels.
/// </summary>
public interface ILabelScorer
{
    /// <summary>Scores every label of the request.</summary>
    /// <exception cref="PromptTooLongException">The prompt has more tokens than the request or the engine allows.</exception>
    /// <exception cref="ArgumentException">No labels, an empty label, a label twice, or a temperature out of range.</exception>
    /// <exception cref="InferenceException">The decoder failed on this request; others are not affected.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled; the sequence leaves the batch within one step.</exception>
    Task<LabelScores> ScoreAsync(LabelScoringRequest request, CancellationToken cancellationToken);
}

/// <summary>One prompt and the labels that may answer it.</summary>
public sealed record LabelScoringRequest
{
    /// <summary>Conversation that ends with the user's turn; the label is scored as the assistant's answer.</summary>
    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    /// <summary>Distinct, non-empty answers to compare; 2 to <see cref="LabelsMax"/> of them.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Name of the local model that scores; null where there is only one. Servers and the cloud have models of their own.</summary>
    public string? Model { get; init; }

    /// <summary>Interactive requests enter the batch before bulk ones.</summary>
    public RequestPriority Priority { get; init; } = RequestPriority.Interactive;

    /// <summary>Who may share the computation of all but the last text. Default: all requests that name nobody.</summary>
    public CacheScope Cache { get; init; }

    /// <summary>Divides the log-probabilities before the softmax over the labels; above 1 flattens. Greater than 0; default 1.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>
    /// The same conversation with a text that says nothing, such as "N/A". What the model thinks of the labels after it is
    /// its bias, and is taken off (contextual calibration, Zhao et al. 2021, arXiv:2102.09690). Scored once and kept.
    /// Null: no calibration. Engines of this process only: the few alternatives that servers list are no basis for it.
    /// </summary>
    public IReadOnlyList<ChatMessage>? ContentFree { get; init; }

    /// <summary>Longest prompt in tokens, template included; null leaves only the engine's own limit.</summary>
    public int? PromptTokensMax { get; init; }

    /// <summary>Most labels in one request.</summary>
    public const int LabelsMax = 256;

    /// <summary>What every scorer refuses, before it costs anything.</summary>
    /// <exception cref="ArgumentException">No labels or too many, an empty label, a label twice, or a temperature out of range.</exception>
    public void Validate()
    {
        string? problem = Labels.Count is < 2 or > LabelsMax ? $"{Labels.Count} labels; give 2 to {LabelsMax}."
            : Labels.Any(string.IsNullOrWhiteSpace) ? "A label is empty."
            : Labels.Distinct(StringComparer.Ordinal).Count() < Labels.Count ? "A label is given twice."
            : !(Temperature > 0 && double.IsFinite(Temperature)) ? $"Temperature is {Temperature}; give a number greater than 0."
            : null;
        if (problem is not null)
        {
            throw new ArgumentException(problem);
        }
    }
}

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

    /// <summary>Tells local files with one name apart; null where a server or the cloud answered.</summary>
    public string? ModelVersion { get; init; }

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

/// <summary>Order of admission into the batch. Bulk work still progresses while interactive work keeps coming.</summary>
public enum RequestPriority
{
    /// <summary>Somebody is waiting for the answer.</summary>
    Interactive,

    /// <summary>Throughput matters, latency does not.</summary>
    Bulk,
}
