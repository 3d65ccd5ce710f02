using System.Text;
using Pipeline.Inference.Decoding;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.Models;
using Pipeline.Inference.Prompts;

namespace Pipeline.Inference.Tests.Prompts;

/// <summary>A token a character, except that "ab" is one token, and control tokens in angle brackets.</summary>
internal sealed class FakeLanguageModel(string separator = "") : ILanguageModel
{
    private const int Ab = 300;

    public ModelInfo Info { get; init; } = new()
    {
        Name = "fake", Architecture = "fake", VocabularySize = 512, ContextTokensTrained = 100, WeightBytes = 0, EndOfTurnToken = 403,
    };

    public IReadOnlyList<ControlToken> ControlTokens { get; init; } =
        [new(400, "<s>"), new(401, "<u>"), new(402, "<a>"), new(403, "<e>"), new(404, "<e><a>")];

    public ChatTemplate? OwnTemplate { get; init; }

    public ChatTemplate? ToolTemplate { get; init; }

    public int[] Tokenize(string text, bool parseControlTokens)
    {
        List<int> tokens = [];
        for (int i = 0; i < text.Length;)
        {
            ControlToken? control = parseControlTokens
                ? ControlTokens.OrderByDescending(token => token.Text.Length).FirstOrDefault(token => text.AsSpan(i).StartsWith(token.Text))
                : null;
            bool merged = text.AsSpan(i).StartsWith("ab");
            tokens.Add(control?.Id ?? (merged ? Ab : text[i] % 256));
            i += control?.Text.Length ?? (merged ? 2 : 1);
        }

        return [.. tokens];
    }

    public int[] TokenizeInput(string text) => [.. Tokenize(text, parseControlTokens: false), 403];

    public byte[] GetTokenBytes(int token) => token == Ab ? "ab"u8.ToArray() : [(byte)token];

    public bool IsEndOfGeneration(int token) => token == 403;

    public string ApplyChatTemplate(IReadOnlyList<TemplateMessage> messages, bool addAssistantHeader)
    {
        StringBuilder text = new();
        foreach (TemplateMessage message in messages)
        {
            text.Append('<').Append(message.Role[0]).Append('>').Append(separator).Append(message.Content).Append("<e>");
        }

        return text.Append(addAssistantHeader ? "<a>" : "").Append(separator).ToString();
    }

    public IDecoder CreateDecoder(DecoderParameters parameters) => throw new NotSupportedException();

    public IEmbeddingEncoder CreateEncoder(EncoderParameters parameters) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}
