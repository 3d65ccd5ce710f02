using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Bench.Models;
using Pipeline.TestSupport.Inference;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests;

/// <summary>Model files that end native code, in a worker that has another one: its process and the jobs of that go on.</summary>
public sealed class DeadlyModelTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IDisposable
{
    private const string Chat = "/api/chat/completions";

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-deadly-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_file_that_would_end_the_worker_fails_its_own_jobs_with_the_reason()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        ModelWriter.Write(new ModelRecipe { Preset = ModelPreset.Tiny, Name = "good" }, PathOf("good"), CancellationToken.None);
        await File.WriteAllBytesAsync(PathOf("own"), Deadly().Set("llama.block_count", 1_000).Bytes, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(PathOf("asked"), Deadly().SetType("output_norm.weight", 26).Bytes, TestContext.Current.CancellationToken);
        settings["Models:good:Path"] = PathOf("good");
        settings["Models:own:Path"] = PathOf("own");
        settings["Models:asked:Path"] = PathOf("asked");
        settings["Models:asked:Kinds"] = "chat";
        settings["Kinds:Chat:Model"] = "good";
        settings["Kinds:Feedback:Model"] = "own";
        settings["Inference:ContextTokens"] = "512";
        await using var host = await RoleProcess.StartReadyAsync("AllInOne", settings);
        using var http = new HttpClient { BaseAddress = host.Address };
        await Eventually.TrueAsync(async () => (await http.GetStringAsync("/api/models")).Contains("asked", StringComparison.Ordinal));

        // Those of the good one run while the others are tried.
        var good = Enumerable.Range(0, 8).Select(n => FinishAsync(http, Chat, $$"""{"messages":[{"role":"user","content":"Hi {{n}}"}],"max_tokens":3,"cache":false}""")).ToArray();
        var asked = await FinishAsync(http, Chat, Asked);
        (asked.GetProperty("state").GetString(), asked.GetProperty("error").ToString()).ShouldSatisfyAllConditions(
            job => job.Item1.ShouldBe("failed"), job => job.Item2.ShouldContain("was ended by SIGABRT while it computed"));
        var own = await FinishAsync(http, "/api/feedback", """{"question":"Why?","answer":"Because.","criteria":"reasons"}""");
        own.GetProperty("error").ToString().ShouldContain("was ended by SIGABRT while it was loaded", customMessage: own.ToString());
        (await Task.WhenAll(good)).ShouldAllBe(job => job.GetProperty("state").GetString() == "succeeded");

        foreach (var name in new[] { "asked", "own" })
        {
            await Eventually.TrueAsync(async () => Listed(await http.GetFromJsonAsync<JsonElement>("/api/models"), name) is ("refused", { } error) && error.Contains("SIGABRT", StringComparison.Ordinal));
        }

        // Somebody mends a file: the same process loads it.
        File.Copy(PathOf("good"), PathOf("asked"), overwrite: true);
        await Eventually.TrueAsync(async () => (await FinishAsync(http, Chat, Asked)).GetProperty("state").GetString() is "succeeded");
        (await host.StopAsync()).ShouldBe(0, host.Errors);
    }

    private const string Asked = """{"model":"asked","messages":[{"role":"user","content":"Hi"}],"max_tokens":3,"cache":false}""";

    private static (string? State, string? Error) Listed(JsonElement models, string name) =>
        models.GetProperty("models").EnumerateArray().Single(model => model.GetProperty("name").GetString() == name).GetProperty("workers").EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.Object } worker
            ? (worker.GetProperty("state").GetString(), worker.TryGetProperty("error", out var error) ? error.GetString() : null)
            : (null, null);

    private static async Task<JsonElement> FinishAsync(HttpClient http, string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, null, "application/json"), Headers = { { "Prefer", "wait=60" } } };
        using var response = await http.SendAsync(request);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private DamagedGguf Deadly() => new(File.ReadAllBytes(PathOf("good")));

    private string PathOf(string name) => Path.Combine(_folder, $"{name}.gguf");
}
