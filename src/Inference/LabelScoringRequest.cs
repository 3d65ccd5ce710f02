using Microsoft.Extensions.AI;

namespace Pipeline.Inference;

/// <summary>One prompt and the labels that may answer it.</summary>
public sealed record LabelScoringRequest
{
    /// <summary>Conversation that ends with the user's turn; the label is scored as the assistant's answer.</summary>
    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    /// <summary>Distinct, non-empty answers to compare; 2 to <see cref="LabelsMax"/> of them.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>File of the local model that scores; null where only one is loaded. Servers and the cloud have models of their own.</summary>
    public string? ModelPath { get; init; }

    /// <summary>Interactive requests enter the batch before bulk ones.</summary>
    public RequestPriority Priority { get; init; } = RequestPriority.Interactive;

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
