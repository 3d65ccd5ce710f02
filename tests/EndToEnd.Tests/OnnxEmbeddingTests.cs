using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Bench.TrainedModels;
using Pipeline.TestSupport.Inference;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests;

/// <summary>An embedding model of ONNX in place of the one that ships.</summary>
public sealed class OnnxEmbeddingTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task A_directory_with_an_ONNX_model_embeds_texts_and_documents()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Kinds:Embedding:Model"] = TrainedModel.MiniLm;
        await using var host = await RoleProcess.StartReadyAsync("AllInOne", settings);
        using var http = new HttpClient { BaseAddress = host.Address };
        var longText = string.Join(' ', Enumerable.Repeat("The parcel was late.", 200)); // More than the model reads at once.

        var first = await PostAsync(http, "/api/embeddings", new { texts = new[] { "My parcel has not come", "The delivery is late", "A recipe for soup", longText } });
        var again = await PostAsync(http, "/api/embeddings", new { texts = new[] { "A recipe for soup" }, cache = false });
        var vectors = first.GetProperty("embeddings").Deserialize<float[][]>()!;

        (first.GetProperty("model").GetString(), first.GetProperty("dimensions").GetInt32()).ShouldBe(("all-MiniLM-L6-v2", 384));
        first.GetProperty("model_version").GetString()!.Length.ShouldBe(12);
        vectors.ShouldAllBe(vector => Math.Abs(vector.Sum(value => value * value) - 1) < 1e-3);
        EmbeddingTexts.Cosine(vectors[0], vectors[1]).ShouldBeGreaterThan(EmbeddingTexts.Cosine(vectors[0], vectors[2]) + 0.2);
        again.GetProperty("usage").GetProperty("cached_tokens").GetInt32().ShouldBe(6); // Remembered as with any other model.

        // The API knows what workers have a second later.
        await Eventually.TrueAsync(async () => (await http.GetStringAsync("/api/models")).Contains("all-MiniLM-L6-v2", StringComparison.Ordinal));
        var listed = (await http.GetFromJsonAsync<JsonElement>("/api/models")).GetProperty("models").EnumerateArray().Single(model => model.GetProperty("name").GetString() == "all-MiniLM-L6-v2");
        var place = listed.GetProperty("workers")[0];
        (place.GetProperty("state").GetString(), place.GetProperty("file").GetString()).ShouldBe(("loaded", Path.TrimEndingDirectorySeparator(TrainedModel.MiniLm)));
        place.GetProperty("memory_mib").GetInt64().ShouldBeGreaterThan(80, "22 million weights as floats");

        await PostAsync(http, "/api/documents", new { title = "Returns", text = "Goods can be returned within 30 days." });
        var search = await http.PostAsJsonAsync("/api/search", new { query = "How long may I bring something back?", mode = "vectors" });
        var found = await search.Content.ReadFromJsonAsync<JsonElement>();
        (found.GetProperty("model").GetString(), found.GetProperty("results")[0].GetProperty("title").GetString()).ShouldBe(("all-MiniLM-L6-v2", "Returns"));
        (await host.StopAsync()).ShouldBe(0, host.Errors);
    }

    private static async Task<JsonElement> PostAsync(HttpClient http, string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body), Headers = { { "Prefer", "wait=30" } } };
        using var response = await http.SendAsync(request);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        var job = answer.TryGetProperty("jobs", out var jobs) ? jobs[0] : answer;
        return job.TryGetProperty("result", out var result) ? result : job;
    }
}
