namespace Pipeline.Inference.Embeddings;

/// <summary>A text has more tokens than one pass of the model takes; nothing was computed, and trying again will not help.</summary>
public sealed class TextTooLongException(int index, int tokens, int tokensMax, string remedy)
    : InferenceException($"Text {index} has {tokens} tokens; at most {tokensMax} are allowed. {remedy}")
{
    /// <summary>Which text of the request, from 0.</summary>
    public int Index => index;

    /// <summary>Tokens the text has, those that the model puts around it included.</summary>
    public int Tokens => tokens;

    /// <summary>Tokens it may have.</summary>
    public int TokensMax => tokensMax;
}
