namespace Pipeline.Contracts;

/// <summary>What a model fills in. A local engine follows the schema; a server may not, so what came is checked again.</summary>
public interface IAnswerFields
{
    /// <summary>Whether the values are within the bounds of the schema.</summary>
    bool IsValid { get; }
}
