using System.Text.Json;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests;

/// <summary>What the model that ships makes of sentences whose words alone would mislead it.</summary>
public sealed class SentenceTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const string Walk = "오늘은 비가 온다고 해서 우산을 들고 회사까지 걸어갔습니다.";

    private static readonly (string Text, string Language, string[] Emotions)[] _sentences =
    [
        ("하나도 안 무서웠어.", "ko", ["neutral"]),
        ("안 무서워", "ko", ["neutral"]),
        ("I am not happy", "en", ["sadness", "anger"]),
        ("I'm not happy about this. Not happy at all.", "en", ["anger", "sadness"]),
        ("I am never sad", "en", ["joy", "neutral"]),
        ("I am not angry at all, just asking for the invoice.", "en", ["neutral"]),
        ("슬프지 않아요. 오히려 홀가분하고 기뻐요.", "ko", ["joy"]),
        (Repeated(Walk, 10), "ko", ["neutral"]),
        (Repeated(Walk, 60), "ko", ["neutral"]), // More than the model reads at once.
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
    public async Task Denials_prose_and_other_languages_are_told_apart()
    {
        await using var host = await RoleProcess.StartReadyAsync("AllInOne", await TestPipeline.SettingsAsync(database));
        using var client = new PipelineClient(host.Address);
        string[] texts = [.. _sentences.Select(sentence => sentence.Text), .. _foreign.Select(sentence => sentence.Text), .. _wordless];

        var jobs = await client.FinishAsync(await client.SubmitAsync(texts));

        var results = jobs.Select(job => job.GetProperty("result")).ToArray();
        foreach (var (sentence, result) in _sentences.Zip(results))
        {
            sentence.Emotions.ShouldContain(Emotion(result), sentence.Text);
            Language(result).ShouldBe(sentence.Language);
            result.TryGetProperty("warning", out _).ShouldBeFalse();
        }

        foreach (var (sentence, result) in _foreign.Zip(results.Skip(_sentences.Length)))
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

        (await host.StopAsync()).ShouldBe(0);
    }

    private static string Repeated(string sentence, int times) => string.Join(' ', Enumerable.Repeat(sentence, times));

    private static string? Emotion(JsonElement result) => result.GetProperty("emotion").GetString();

    private static string? Language(JsonElement result) => result.GetProperty("language").GetString();
}
