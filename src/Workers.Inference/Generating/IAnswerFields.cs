namespace Pipeline.Workers.Inference.Generating;

/// <summary>What a model fills in. A local engine follows the schema; a server may not, so what came is checked again.</summary>
internal interface IAnswerFields
{
    /// <summary>Whether the values are within the bounds of the schema.</summary>
    bool IsValid { get; }
}

/// <summary>What the model filled in, and the answer that it came in.</summary>
internal sealed record Filled<T>(T Fields, ModelAnswer Answer);
