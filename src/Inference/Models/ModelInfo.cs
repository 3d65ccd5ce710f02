namespace Pipeline.Inference.Models;

/// <summary>Facts of a loaded model.</summary>
public sealed record ModelInfo
{
    /// <summary>general.name of a GGUF file, or its name without extension; the name of a directory.</summary>
    public required string Name { get; init; }

    /// <summary>general.architecture of a GGUF file, model_type of a directory, such as "llama" or "bert".</summary>
    public required string Architecture { get; init; }

    /// <summary>Tokens in the vocabulary; the length of a row of logits.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Context length the model was trained with, in tokens.</summary>
    public required int ContextTokensTrained { get; init; }

    /// <summary>Size of the weights in bytes.</summary>
    public required long WeightBytes { get; init; }

    /// <summary>Beginning-of-sequence token; null where the model has none.</summary>
    public int? BosToken { get; init; }

    /// <summary>True when prompts begin with <see cref="BosToken"/>.</summary>
    public bool AddsBos { get; init; }

    /// <summary>End-of-turn token, or the end-of-sequence token where the model has no turn; null where it has neither.</summary>
    public int? EndOfTurnToken { get; init; }

    /// <summary>True when the chat template knows a block of thoughts, &lt;think&gt;, before the answer.</summary>
    public bool Thinks { get; init; }

    /// <summary>How the model was trained to call functions, as its chat template shows.</summary>
    public ToolStyle Tools { get; init; }

    /// <summary>Length of a hidden state, hence of an embedding.</summary>
    public int EmbeddingSize { get; init; }
}
