using Pipeline.Inference.Decoding;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.Prompts;

namespace Pipeline.Inference.Models;

/// <summary>
/// Lower seam, first half: loaded weights with their vocabulary, tokenizer and chat template.
/// Tokenizing is thread-safe; decoding goes through <see cref="CreateDecoder"/>, embedding through <see cref="IEmbeddingModel.CreateEncoder"/>.
/// </summary>
public interface ILanguageModel : IEmbeddingModel
{
    /// <summary>
    /// Every token with the control or unknown attribute and its exact text, such as &lt;|im_start|&gt;.
    /// The prompt code splits templates at these, so that a user's text can never contain one.
    /// </summary>
    IReadOnlyList<ControlToken> ControlTokens { get; }

    /// <summary>Tokenizes without adding BOS or EOS.</summary>
    /// <param name="text">Any text; the empty text gives no tokens.</param>
    /// <param name="parseControlTokens">True only for template text: control tokens are recognised. False treats them as plain text.</param>
    int[] Tokenize(string text, bool parseControlTokens);

    int[] IEmbeddingModel.Tokenize(string text) => Tokenize(text, parseControlTokens: false);

    /// <summary>Bytes a token stands for; UTF-8 sequences may be split over tokens. Control tokens give none.</summary>
    byte[] GetTokenBytes(int token);

    /// <summary>True for every token that ends the model's turn.</summary>
    bool IsEndOfGeneration(int token);

    /// <summary>The template of the model's file, which then renders all prompts; null where <see cref="ApplyChatTemplate"/> does.</summary>
    ChatTemplate? OwnTemplate => null;

    /// <summary>
    /// The template of the model's file for conversations with functions, where <see cref="ApplyChatTemplate"/>, which knows none, renders
    /// all others; null where the template does not write them either.
    /// </summary>
    ChatTemplate? ToolTemplate => null;

    /// <summary>Renders the model's chat template, without BOS.</summary>
    /// <param name="messages">Turns in order; roles are "system", "user" and "assistant".</param>
    /// <param name="addAssistantHeader">True ends the text where the assistant's answer begins.</param>
    /// <exception cref="InferenceException">The model has no template, or one that the backend does not recognise.</exception>
    string ApplyChatTemplate(IReadOnlyList<TemplateMessage> messages, bool addAssistantHeader);

    /// <summary>Allocates the KV cache and compute buffers. Dispose the decoder before the model.</summary>
    /// <exception cref="ModelLoadException">The memory could not be allocated.</exception>
    IDecoder CreateDecoder(DecoderParameters parameters);
}

/// <summary>One turn of a chat template.</summary>
public readonly record struct TemplateMessage(string Role, string Content);

/// <summary>A token that text of users must not produce.</summary>
/// <param name="Id">Token id.</param>
/// <param name="Text">Exact text in the template; may contain newlines.</param>
/// <param name="StripsLeft">White space before it is dropped by the tokenizer.</param>
/// <param name="StripsRight">White space after it is dropped by the tokenizer.</param>
public sealed record ControlToken(int Id, string Text, bool StripsLeft = false, bool StripsRight = false);
