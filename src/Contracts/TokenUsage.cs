namespace Pipeline.Contracts;

/// <summary>Tokens of the model's own tokenizer that one job took.</summary>
/// <param name="PromptTokens">Tokens of the whole prompt, the shared instruction included.</param>
/// <param name="CachedTokens">Those of <paramref name="PromptTokens"/> whose computation was shared with other jobs of the same client, or is that of built-in instructions.</param>
/// <param name="CompletionTokens">Tokens generated; 0 when labels are scored.</param>
public sealed record TokenUsage(int PromptTokens, int CachedTokens, int CompletionTokens)
{
    public int TotalTokens => PromptTokens + CompletionTokens;
}
