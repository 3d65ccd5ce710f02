using System.Text;
using Pipeline.Inference.Decoding;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.Tests.Structured;

/// <summary>A vocabulary made up of a token a byte, pieces that come merged, and at last a control token and the end of the turn.</summary>
internal sealed class ByteLanguageModel(params byte[][] merged) : ILanguageModel
{
    /// <summary>What byte-level tokenizers learn: bits of JSON, words, Hangul whole and cut through.</summary>
    public static ByteLanguageModel WithMerges() => new(
    [
        .. "{\"|\"}|\",|\", \"|\":|\": |\":\"|\": \"|\\\"|\\n|},|}]|]}|},{|[]|{}|[\"|\"]|,\"| \"|true|false|null|tru|e,|nul|l}|\n|\n\n|\t"
            .Split('|').Concat("the|ing| a|score|emotion|joy| ok|hello world|0.|12|100|-1|1,|99}|3]| 7|000|\\u|\\u0041|기쁨|안녕|하세요|가|나다| 입니다|슬|픔\"|…|😀".Split('|'))
            .Select(Encoding.UTF8.GetBytes),
        [0xEA, 0xB8], [0xB0, 0xEC], [0xEC, 0x95], [0x95, 0x88], [0xED, 0x95], [0xED], [0xA0, 0x80], [0xF0, 0x9F], [0x98, 0x80, 0x22], [0x22, 0xEA],
    ]);

    public int ControlToken => 256 + merged.Length;

    public int EndToken => 257 + merged.Length;

    public ModelInfo Info => new()
    {
        Name = "bytes", Architecture = "fake", VocabularySize = 258 + merged.Length, ContextTokensTrained = 100, WeightBytes = 0, EndOfTurnToken = EndToken,
    };

    public IReadOnlyList<ControlToken> ControlTokens => [new(ControlToken, "<s>")];

    public byte[] GetTokenBytes(int token) =>
        token < 256 ? [(byte)token] : token < ControlToken ? merged[token - 256] : "x"u8.ToArray();

    public bool IsEndOfGeneration(int token) => token == EndToken;

    public int[] Tokenize(string text, bool parseControlTokens) => throw new NotSupportedException();

    public int[] TokenizeInput(string text) => throw new NotSupportedException();

    public string ApplyChatTemplate(IReadOnlyList<TemplateMessage> messages, bool addAssistantHeader) => throw new NotSupportedException();

    public IDecoder CreateDecoder(DecoderParameters parameters) => throw new NotSupportedException();

    public IEmbeddingEncoder CreateEncoder(EncoderParameters parameters) => throw new NotSupportedException();

    public void Dispose()
    {
    }
}
