using System.Text.Json.Nodes;
using Pipeline.Bench.TrainedModels;
using Pipeline.Inference.Onnx.Files;
using Pipeline.Inference.Onnx.Tokenizers;

namespace Pipeline.Inference.Onnx.Tests.Tokenizers;

public sealed class TokenizerTests : IDisposable
{
    private static readonly (string Text, double Score)[] _pieces =
        [("<s>", 0), ("<pad>", 0), ("</s>", 0), ("<unk>", 0), ("▁cat", -2), ("▁c", -3), ("at", -3), ("s", -2.5), ("▁", -4), ("고양이", -5), ("c", -6)];

    private readonly string _folder = Directory.CreateTempSubdirectory("tokenizer").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("hello world", new[] { 101, 7592, 2088, 102 })]
    [InlineData("Hello,\nWORLD\t!", new[] { 101, 7592, 1010, 2088, 999, 102 })]
    [InlineData("", new[] { 101, 102 })]
    public void Tokens_of_BERT_are_the_known_ones(string text, int[] tokens) => Bert().TokenizeInput(text).ShouldBe(tokens);

    [Theory]
    [InlineData("Café", "cafe")]
    [InlineData("ÅNGSTRÖM", "angstrom")]
    [InlineData("so\u00ADft\u200B", "soft")]
    [InlineData("a\u0000b\uD83D", "ab")]
    [InlineData("漢字", " 漢  字 ")]
    [InlineData("글", "\u1100\u1173\u11AF")]
    [InlineData("a\u00A0b\r\nc", "a b  c")]
    public void Texts_of_BERT_are_cleaned(string text, string clean) =>
        new BertTextNormalizer(lowers: true, stripsAccents: true, partsHan: true, cleans: true).Normalize(text).ShouldBe(clean);

    [Fact]
    public void Cased_models_keep_accents_and_capitals() =>
        new BertTextNormalizer(lowers: false, stripsAccents: false, partsHan: true, cleans: true).Normalize("Café").ShouldBe("Café");

    [Fact]
    public void A_tokenizer_json_gives_the_tokens_of_the_vocabulary_file()
    {
        string[] vocabulary = File.ReadAllLines(Path.Combine(TrainedModel.MiniLm, "vocab.txt"));
        JsonObject json = TokenizerFiles.MpnetWordPiece(vocabulary);
        json["model"]!["unk_token"] = "[UNK]";
        TextTokenizer tokenizer = Write(json);
        TextTokenizer bert = Bert();

        foreach (string text in (string[])["Unaffable résumés, 2 of them (or 3).", "택배가 늦게 왔어요 😀", new('x', 101), "a$b €3"])
        {
            tokenizer.Tokenize(text).ShouldBe(bert.Tokenize(text), text);
        }
    }

    [Fact]
    public void Unigram_takes_the_most_probable_pieces_within_the_models_tokens()
    {
        TextTokenizer tokenizer = Write(TokenizerFiles.XlmRoberta(_pieces));

        tokenizer.TokenizeInput("cats  cat").ShouldBe([0, 4, 7, 4, 2]);
        tokenizer.Tokenize("고양이").ShouldBe([8, 9]);
        tokenizer.Tokenize("zz").ShouldBe([8, 3]);
        tokenizer.Tokenize("cat\uD83D\uD83D").ShouldBe([4, 3]);
        tokenizer.Tokenize("</s>").ShouldNotContain(2);
        tokenizer.Tokenize("").ShouldBeEmpty();
        tokenizer.VocabularySize.ShouldBe(_pieces.Length);
    }

    [Theory]
    [InlineData("\uFF43at", "\uFF43", "c", new[] { 4 })]
    [InlineData("\uFDFA", "\uFDFA", "cat cat cat cat cat cat cat cat", new[] { 4, 4, 4, 4, 4, 4, 4, 4 })] // Nothing grows more in NFKC.
    public void Unigram_reads_texts_as_its_compiled_normalization_writes_them(string text, string from, string to, int[] tokens)
    {
        JsonObject json = TokenizerFiles.XlmRoberta(_pieces);
        json["normalizer"]!["normalizers"]!.AsArray().Insert(0, new JsonObject { ["type"] = "Precompiled", ["precompiled_charsmap"] = TokenizerFiles.CharsMap(from, to) });

        Write(json).Tokenize(text).ShouldBe(tokens);
        Write(json).Tokenize(string.Concat(Enumerable.Repeat(text, 100))).ShouldNotBeEmpty();
    }

    [Fact]
    public void A_SentencePiece_model_of_fairseq_has_the_numbers_of_the_tokenizer_json()
    {
        UnigramPiece[] pieces = [new("<unk>", 0), new("<s>", 0), new("</s>", 0), .. _pieces[4..].Select(piece => new UnigramPiece(piece.Text, (float)piece.Score))];
        File.WriteAllBytes(Path.Combine(_folder, "sentencepiece.bpe.model"), SentencePieceFile.Write(pieces, unknown: 0, new HashSet<int> { 1, 2 }, []));
        TextTokenizer raw = Read("xlm-roberta");
        TextTokenizer json = Write(TokenizerFiles.XlmRoberta(_pieces));

        foreach (string text in (string[])["cats cat", "고양이", "zz cat", "c at", "</s>", ""])
        {
            raw.TokenizeInput(text).ShouldBe(json.TokenizeInput(text), text);
        }
    }

    [Fact]
    public void Another_family_with_a_SentencePiece_model_alone_is_refused()
    {
        File.WriteAllBytes(Path.Combine(_folder, "sentencepiece.bpe.model"), SentencePieceFile.Write([new("<unk>", 0)], unknown: 0, new HashSet<int>(), []));
        Should.Throw<InferenceException>(() => Read("t5")).Message.ShouldContain("model_type is t5");
    }

    [Fact]
    public void Byte_level_BPE_merges_bytes_of_any_text_and_ends_it()
    {
        List<string> vocabulary = [.. Bytes(), "ca", "cat", "Ġcat"];
        TextTokenizer tokenizer = Write(TokenizerFiles.DecoderBpe(vocabulary, "c a", "ca t", "Ġ cat"));

        tokenizer.TokenizeInput("cat cat").ShouldBe([257, 258, 259]);
        tokenizer.Tokenize("글").Length.ShouldBe(3);
        tokenizer.Tokenize("\u1100\u1173\u11AF").ShouldBe(tokenizer.Tokenize("글")); // Decomposed, as macOS writes file names.
        tokenizer.Tokenize("<|endoftext|>").ShouldNotContain(259);
        tokenizer.Tokenize("\uD83D").ShouldNotBeEmpty();
        tokenizer.VocabularySize.ShouldBe(260);
    }

    [Fact]
    public void A_vocabulary_with_merges_is_read_as_that_of_RoBERTa()
    {
        string[] vocabulary = ["<s>", "<pad>", "</s>", "<unk>", .. Bytes(), "ca", "cat", "Ġcat"];
        ModelFolder.Write(_folder, "vocab.json", TokenizerFiles.Numbered(vocabulary));
        File.WriteAllText(Path.Combine(_folder, "merges.txt"), "#version: 0.2\nc a\nca t\nĠ cat\n");

        Read("roberta").TokenizeInput("cat cat").ShouldBe([0, 261, 262, 2]);
    }

    [Fact]
    public void Texts_are_lowered_first_where_sentence_transformers_does()
    {
        ModelFolder.Write(_folder, "tokenizer.json", TokenizerFiles.XlmRoberta(_pieces));
        TokenizerReader.Read(new(_folder, ""), Description("xlm-roberta") with { LowersTexts = true }).Tokenize("CATS").ShouldBe([4, 7]);
    }

    [Theory]
    [InlineData("normalizer", "Lowercase")]
    [InlineData("pre_tokenizer", "Whitespace")]
    [InlineData("post_processor", "Other")]
    public void Parts_that_are_not_known_are_named(string part, string type)
    {
        JsonObject json = TokenizerFiles.MpnetWordPiece("<s>", "<pad>", "</s>", "<unk>");
        json[part] = new JsonObject { ["type"] = type };
        Should.Throw<InferenceException>(() => Write(json)).Message.ShouldContain($"{type} of {_folder}");
    }

    /// <summary>Every byte as a printable character, as GPT-2 writes them.</summary>
    private static IEnumerable<string> Bytes()
    {
        int next = 256;
        return Enumerable.Range(0, 256).Select(value => ((char)(value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE ? value : next++)).ToString());
    }

    private static TextTokenizer Bert() => TokenizerReader.Read(OnnxModelFiles.Find(TrainedModel.MiniLm), Description("bert"));

    private static ModelDescription Description(string modelType) => new() { ModelType = modelType, TokensMax = 512, PadToken = 0 };

    private TextTokenizer Write(JsonObject json)
    {
        ModelFolder.Write(_folder, "tokenizer.json", json);
        return Read("bert");
    }

    private TextTokenizer Read(string modelType) => TokenizerReader.Read(new(_folder, ""), Description(modelType));
}
