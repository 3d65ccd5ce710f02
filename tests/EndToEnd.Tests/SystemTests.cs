using System.Text.Json;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests;

public sealed class SystemTests(WholeSystem system)
{
    [Fact]
    public async Task Every_sample_gets_the_emotion_that_a_person_expects()
    {
        using var client = new PipelineClient(await system.AddressAsync());
        var samples = File.ReadLines(RepositoryFiles.Path("samples", "emotion.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .Select(sample => (
                Text: sample.GetProperty("text").GetString()!,
                Language: sample.GetProperty("lang").GetString(),
                Emotion: sample.GetProperty("expected").GetString()))
            .ToArray();

        var jobs = await client.FinishAsync(await client.SubmitAsync([.. samples.Select(sample => sample.Text)]));

        var results = jobs.Select(job => job.GetProperty("result")).ToArray();
        results.Select(result => (result.GetProperty("language").GetString(), result.GetProperty("emotion").GetString()))
            .ShouldBe(samples.Select(sample => (sample.Language, sample.Emotion)));
        foreach (var result in results)
        {
            var scores = result.GetProperty("scores").EnumerateObject().Select(score => score.Value.GetDouble()).ToArray();
            scores.Length.ShouldBe(7);
            scores.Sum().ShouldBe(1, 1e-6);
            result.GetProperty("confidence").GetDouble().ShouldBe(scores.Max());
            result.GetProperty("model").GetString().ShouldNotBeNullOrEmpty();
            result.GetProperty("fallback_attempted").GetBoolean().ShouldBeFalse();
            result.GetProperty("usage").GetProperty("cached_tokens").GetInt32().ShouldBeGreaterThan(0);
            result.GetProperty("timings").GetProperty("running_ms").GetDouble().ShouldBeGreaterThan(0);
        }
    }
}
