using System.Text.Json;
using Pipeline.Contracts;

namespace Pipeline.EndToEnd.Tests;

/// <summary>Texts unlike those that the model that ships was trained on.</summary>
public sealed class UnusualTextTests(WholeSystem system)
{
    private static readonly (string Text, string Language, IReadOnlyList<string> Emotions)[] _long =
    [
        (Repeated("회의는 세 시에 시작합니다.", 100), "ko", ["neutral"]), // More than the model reads at once.
        (Repeated("너무 슬퍼서 눈물이 나요.", 100), "ko", ["sadness"]),
        (Repeated("😱", 5_000), "und", Emotions.All),
        (Repeated("I moved the box to the kitchen and closed the door.", 100), "en", ["neutral"]),
    ];

    private static readonly (string Text, string Language)[] _foreign =
    [
        ("Estoy muy triste, mi perro murió ayer.", "es"),
        ("Saya takut sekali sendirian di rumah.", "id"),
        ("Die Sitzung beginnt um drei Uhr.", "de"),
        ("怖くて眠れない", "ja"),
    ];

    private static readonly string[] _wordless = ["https://example.org/a/b?c=1&d=2", "U29tZSBiYXNlNjQgdGV4dCBoZXJlIGZvciB0ZXN0aW5n"];

    [Fact]
    public async Task Long_texts_are_scored_and_those_in_other_languages_have_warnings()
    {
        using var client = new PipelineClient(await system.AddressAsync());
        string[] texts = [.. _long.Select(sentence => sentence.Text), .. _foreign.Select(sentence => sentence.Text), .. _wordless];

        var jobs = await client.FinishAsync(await client.SubmitAsync(texts));

        var results = jobs.Select(job => job.GetProperty("result")).ToArray();
        foreach (var (sentence, result) in _long.Zip(results))
        {
            sentence.Emotions.ShouldContain(Emotion(result), sentence.Text);
            Language(result).ShouldBe(sentence.Language);
            result.TryGetProperty("warning", out _).ShouldBeFalse();
        }

        foreach (var (sentence, result) in _foreign.Zip(results.Skip(_long.Length)))
        {
            Language(result).ShouldBe(sentence.Language);
            result.GetProperty("warning").GetString().ShouldNotBeNull().ShouldContain(sentence.Language);
            result.GetProperty("confidence").GetDouble().ShouldBeLessThan(0.3);
        }

        foreach (var result in results.TakeLast(_wordless.Length))
        {
            (Language(result), Emotion(result)).ShouldBe(("und", "neutral"));
            result.TryGetProperty("warning", out _).ShouldBeTrue();
        }
    }

    /// <summary>The model errs in the last three, whose comments say what it answers: of those it has to be unsure, or right.</summary>
    [Fact]
    public async Task Denied_emotions_are_read_or_not_told_with_confidence()
    {
        const double SureMin = 0.75;
        (string Text, string[] Right, bool IsRead)[] denied =
        [
            ("하나도 안 무서웠어.", ["neutral"], true),
            ("안 무서워", ["neutral"], true),
            ("I am not happy", ["sadness", "anger"], true),
            ("I am never sad", ["joy", "neutral"], true),
            ("I am not angry at all, just asking for the invoice.", ["neutral"], true),
            ("I'm not happy about this. Not happy at all.", ["anger"], false), // joy
            ("슬프지 않아요. 오히려 홀가분하고 기뻐요.", ["joy"], false), // sadness
            (Repeated("오늘은 비가 온다고 해서 우산을 들고 회사까지 걸어갔습니다.", 10), ["neutral"], false), // anger
        ];
        using var client = new PipelineClient(await system.AddressAsync());

        var jobs = await client.FinishAsync(await client.SubmitAsync([.. denied.Select(sentence => sentence.Text)]));

        foreach (var (sentence, result) in denied.Zip(jobs.Select(job => job.GetProperty("result"))))
        {
            var isRight = sentence.Right.Contains(Emotion(result));
            (isRight || (!sentence.IsRead && result.GetProperty("confidence").GetDouble() < SureMin)).ShouldBeTrue($"{sentence.Text}: {result}");
        }
    }

    private static string Repeated(string sentence, int times) => string.Join(' ', Enumerable.Repeat(sentence, times));

    private static string? Emotion(JsonElement result) => result.GetProperty("emotion").GetString();

    private static string? Language(JsonElement result) => result.GetProperty("language").GetString();
}
