using System.Text.Json;
using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.Jobs;

public sealed class EmbeddingsTests(LocalApi api)
{
    [Fact]
    public async Task One_text_is_one_job()
    {
        var answer = await api.Client.PostAsync("/api/embeddings", """{"text":"hello"}""");

        answer.Status.ShouldBe(202);
        answer.Json.GetProperty("kind").GetString().ShouldBe("embedding");
        answer.Headers["Location"].ShouldBe($"/api/jobs/{answer.Id}");
    }

    [Theory]
    [InlineData(64, 1)]
    [InlineData(65, 2)]
    [InlineData(2_048, 32)]
    public async Task Many_texts_are_shared_out_to_jobs(int texts, int jobs)
    {
        var body = JsonSerializer.Serialize(new { texts = Enumerable.Range(0, texts).Select(i => $"text {i}"), priority = "bulk" });
        var answer = await api.Client.PostAsync("/api/embeddings", body);

        answer.Status.ShouldBe(202);
        answer.Json.GetProperty("jobs").GetArrayLength().ShouldBe(jobs);
        answer.Json.GetProperty("jobs")[0].GetProperty("queue").GetString().ShouldBe("embedding-bulk");
    }

    [Fact]
    public async Task Too_many_texts_are_refused_with_the_limit()
    {
        var body = JsonSerializer.Serialize(new { texts = Enumerable.Repeat("a", 2_049) });
        (await api.Client.PostAsync("/api/embeddings", body)).ShouldBlame("texts", "has 2049 elements: send 1 to 2048 (Api:EmbeddingTextsMax).");
    }

    [Fact]
    public async Task Fewer_dimensions_reach_every_job()
    {
        var body = JsonSerializer.Serialize(new { texts = Enumerable.Repeat("a", 65), dimensions = 1 });
        var answer = await api.Client.PostAsync("/api/embeddings", body, ("Prefer", "wait=60"));

        answer.Status.ShouldBe(200);
        answer.Json.GetProperty("jobs").EnumerateArray().Select(job => job.GetProperty("result").GetProperty("dimensions").GetInt32()).ShouldBe([1, 1]);
    }

    [Theory]
    [InlineData("0", "is 0: send 1 or more.")]
    [InlineData("1.5", "is 1.5: send a whole number.")]
    [InlineData("\"64\"", "expected a number")]
    public async Task Dimensions_that_no_vector_has_are_refused(string dimensions, string problem) =>
        (await api.Client.PostAsync("/api/embeddings", $$"""{"text":"a","dimensions":{{dimensions}}}""")).ShouldBlame("dimensions", problem);

    [Fact]
    public async Task Every_bad_text_is_told_by_its_place() =>
        (await api.Client.PostAsync("/api/embeddings", """{"texts":["a"," ",3]}"""))
            .ShouldBlame("texts[1]", "is empty").Blames("texts[2]", "expected a string");
}
