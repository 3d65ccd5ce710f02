using Pipeline.Inference.Models;
using Pipeline.Inference.Vocabularies;
using Pipeline.TestSupport.Inference;

namespace Pipeline.Inference.LLamaSharp.Tests;

/// <summary>What is counted without a model, beside what llama.cpp's own tokenizers count.</summary>
public sealed class VocabularyTests
{
    private static readonly string[] Texts =
    [
        string.Concat(Enumerable.Repeat("What is the capital of Korea, and how many people live there? ", 40)),
        string.Concat(Enumerable.Repeat("대한민국의 수도는 서울이고, 사람이 아주 많이 산다. ", 40)),
        string.Concat(Enumerable.Repeat("for (int i = 0; i < 10; i++)\n{\n    Console.WriteLine($\"{i}\");\n}\n\n", 40)),
        string.Concat(Enumerable.Repeat("😀🇰🇷 1234567890 ▁▁ \u00a0\u3000 ", 40)),
        new('힣', 1_000),
        new(' ', 1_000),
    ];

    public static TheoryData<string> Models => [EmotionPrompt.ModelPath, RandomModel.TinyPath];

    [Theory]
    [MemberData(nameof(Models))]
    public void No_text_has_fewer_tokens_than_its_vocabulary_says_and_ordinary_ones_not_many_more(string path)
    {
        int seed = Random.Shared.Next();
        Random random = new(seed);
        using ILanguageModel model = TestEngine.Loader.Load(path, new());
        Vocabulary vocabulary = GgufVocabulary.Read(path).ShouldNotBeNull();

        foreach (string text in Texts.Concat(Enumerable.Range(0, 200).Select(_ => Mixed(random))))
        {
            int counted = model.Tokenize(text, parseControlTokens: false).Length;

            vocabulary.AtLeast(text, int.MaxValue).ShouldBeLessThanOrEqualTo(counted, $"seed {seed}: {text}");
        }

        int sentences = model.Tokenize(Texts[0], parseControlTokens: false).Length;
        vocabulary.AtLeast(Texts[0], int.MaxValue).ShouldBeGreaterThan(sentences * 3 / 4);
    }

    /// <summary>Pieces of all texts, cut anywhere between characters.</summary>
    private static string Mixed(Random random) => string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ =>
    {
        string[] runes = [.. Texts[random.Next(Texts.Length)].EnumerateRunes().Select(rune => rune.ToString())];
        int start = random.Next(runes.Length);
        return string.Concat(runes.Skip(start).Take(random.Next(60)));
    }));
}
