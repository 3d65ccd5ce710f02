using Pipeline.Bench.Models.Gguf;

namespace Pipeline.Bench.Models.Vocabularies;

/// <summary>
/// WordPiece as GGUF has it: a token with U+2581 in front begins a word, one without continues it. ASCII and Hangul letters
/// stand alone too, so English and Korean have no unknown tokens. llama.cpp decomposes texts for WordPiece and keeps of a
/// Korean syllable only its leading consonant, so the 19 of these are all that it ever looks up.
/// </summary>
internal sealed class WordPieceVocabulary
{
    private const char WordStart = '\u2581';
    private const char HangulLead = '\u1100';
    private const int HangulLeads = 19;
    private const int TokenNormal = 1;
    private const int TokenControl = 3;
    private const int PaddingId = 0;
    private const int UnknownId = 1;
    private const int ClsId = 2;
    private const int SepId = 3;
    private const int MaskId = 4;

    private static readonly string[] _control = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    private WordPieceVocabulary(IReadOnlyList<string> tokens) => Tokens = tokens;

    public IReadOnlyList<string> Tokens { get; }

    public static WordPieceVocabulary Create()
    {
        string[] words = [.. WordList.Words.Where(word => char.IsAsciiLetter(word[0]))];
        string[] letters =
        [
            .. Enumerable.Range('!', '~' - '!' + 1).Where(code => code is < 'A' or > 'Z').Select(code => ((char)code).ToString()),
            .. Enumerable.Range(HangulLead, HangulLeads).Select(code => ((char)code).ToString()),
        ];
        return new([.. _control, .. letters.Select(letter => WordStart + letter), .. letters, .. words.Where(word => word.Length > 1).Select(word => WordStart + word)]);
    }

    public void AddTo(GgufMetadataWriter metadata)
    {
        metadata.Add("tokenizer.ggml.model", "bert");
        metadata.Add("tokenizer.ggml.pre", "default");
        metadata.Add("tokenizer.ggml.token_type_count", 2u);
        metadata.Add("tokenizer.ggml.tokens", Tokens);
        metadata.Add("tokenizer.ggml.token_type", [.. Tokens.Select((_, id) => id < _control.Length ? TokenControl : TokenNormal)]);
        metadata.Add("tokenizer.ggml.scores", [.. Tokens.Select(_ => -1_000f)]);
        metadata.Add("tokenizer.ggml.unknown_token_id", (uint)UnknownId);
        metadata.Add("tokenizer.ggml.seperator_token_id", (uint)SepId); // Spelled so in the format.
        metadata.Add("tokenizer.ggml.padding_token_id", (uint)PaddingId);
        metadata.Add("tokenizer.ggml.cls_token_id", (uint)ClsId);
        metadata.Add("tokenizer.ggml.mask_token_id", (uint)MaskId);
        metadata.Add("tokenizer.ggml.bos_token_id", (uint)ClsId);
        metadata.Add("tokenizer.ggml.eos_token_id", (uint)SepId);
    }
}
