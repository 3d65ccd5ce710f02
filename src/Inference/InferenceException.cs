namespace Pipeline.Inference;

/// <summary>Inference failed. The message says what happened and what to change.</summary>
public class InferenceException(string message, Exception? innerException = null) : Exception(message, innerException)
{
    internal static InferenceException LogitsAreNoNumbers() =>
        new("The model produced logits that are not numbers. The file is damaged or its quantization is not supported on this machine.");
}

/// <summary>A prompt has more tokens than allowed; it was not given to the model, and trying again will not help.</summary>
public sealed class PromptTooLongException(int tokens, int tokensMax, string remedy)
    : InferenceException($"The prompt has {tokens} tokens; at most {tokensMax} are allowed. {remedy}")
{
    /// <summary>Tokens the prompt has.</summary>
    public int Tokens => tokens;

    /// <summary>Tokens it may have.</summary>
    public int TokensMax => tokensMax;
}

/// <summary>The model's chat template does not take a conversation; it was not given to the model, and trying again will not help.</summary>
public sealed class PromptRefusedException(string message, Exception? innerException = null) : InferenceException(message, innerException)
{
    internal static PromptRefusedException Dropped(string model, int kept, int messages) =>
        new($"The chat template of {model} kept {kept} of {messages} messages. Use the roles system, user and assistant, in turn.");
}

/// <summary>A structured answer was cut at its limit; part of it would be no valid answer.</summary>
public sealed class AnswerTruncatedException(int tokens)
    : InferenceException($"The structured answer was still incomplete after {tokens} tokens. Raise the limit of output tokens or ask for less.")
{
    /// <summary>Tokens after which it was cut.</summary>
    public int Tokens => tokens;
}
