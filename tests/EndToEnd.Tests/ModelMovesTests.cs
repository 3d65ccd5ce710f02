using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Bench.Models;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests;

/// <summary>Two models in one worker: jobs choose theirs, and a name moves to the other file and back while jobs run.</summary>
public sealed class ModelMovesTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IDisposable
{
    private const string Chat = "/api/chat/completions";

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-moves-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Jobs_choose_their_model_and_a_name_moves_under_load_without_a_failure()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Models:first:Path"] = Write("one");
        settings["Models:second:Path"] = Write("two");
        settings["Models:second:Kinds"] = "chat";
        settings["Models:broken:Path"] = PathOf("missing");
        settings["Models:broken:Kinds"] = "chat";
        settings["Kinds:Chat:Model"] = "first";
        settings["Inference:ContextTokens"] = "512";
        await using var host = await RoleProcess.StartReadyAsync("AllInOne", settings);
        using var http = new HttpClient { BaseAddress = host.Address };

        // The API knows what workers have a second later.
        await Eventually.TrueAsync(async () => (await http.GetStringAsync("/api/models")).Contains("second", StringComparison.Ordinal));
        (await AnswerAsync(http, """{"model":"second","messages":[{"role":"user","content":"Hi"}],"max_tokens":3}""")).ShouldBe("two");
        await UntilAsync(http, "one");
        var models = (await http.GetFromJsonAsync<JsonElement>("/api/models")).GetProperty("models").EnumerateArray().ToDictionary(model => model.GetProperty("name").GetString()!);
        models["first"].GetProperty("workers")[0].GetProperty("state").GetString().ShouldBe("loaded");

        using var done = new CancellationTokenSource();
        ConcurrentQueue<string> seen = [];
        var load = Enumerable.Range(0, 4).Select(_ => AskUntilAsync(http, seen, done.Token)).ToArray();
        using (var moved = await http.PutAsJsonAsync("/api/models/first/file", new { path = PathOf("two") }))
        {
            moved.IsSuccessStatusCode.ShouldBeTrue();
        }

        await UntilAsync(http, "two", seen);
        using (var back = await http.DeleteAsync("/api/models/first/file"))
        {
            back.IsSuccessStatusCode.ShouldBeTrue();
        }

        await UntilAsync(http, "one");
        await done.CancelAsync();
        await Task.WhenAll(load);
        seen.Distinct().ShouldBe(["one", "two"], ignoreOrder: true);

        // One that was never there fails its own jobs with the reason, until the name moves to one that is.
        var broken = """{"model":"broken","messages":[{"role":"user","content":"Hi"}],"max_tokens":3}""";
        (await FinishAsync(http, broken)).GetProperty("error").ToString().ShouldContain("The model broken cannot be loaded: ");
        var refused = (await http.GetFromJsonAsync<JsonElement>("/api/models")).GetProperty("models").EnumerateArray().Single(model => model.GetProperty("name").GetString() == "broken").GetProperty("workers")[0];
        (refused.GetProperty("state").GetString(), refused.GetProperty("file").GetString()).ShouldBe(("refused", PathOf("missing")));
        refused.GetProperty("error").GetString()!.ShouldContain("does not exist");
        (await http.PutAsJsonAsync("/api/models/broken/file", new { path = PathOf("two") })).Dispose();
        await Eventually.TrueAsync(async () => (await FinishAsync(http, broken)).GetProperty("state").GetString() is "succeeded");

        // A file that is not there changes nothing.
        (await http.PutAsJsonAsync("/api/models/first/file", new { path = PathOf("none") })).Dispose();
        await Eventually.TrueAsync(async () => (await http.GetStringAsync("/api/models")).Contains("does not exist", StringComparison.Ordinal));
        (await AnswerAsync(http, Body)).ShouldBe("one");
        (await host.StopAsync()).ShouldBe(0);
    }

    private const string Body = """{"messages":[{"role":"user","content":"Hi"}],"max_tokens":3,"cache":false}""";

    /// <summary>Until a job is done by a model, also of others.</summary>
    private static Task UntilAsync(HttpClient http, string name, ConcurrentQueue<string>? seen = null) =>
        Eventually.TrueAsync(async () => await AnswerAsync(http, Body) == name && seen?.Contains(name) is not false);

    private static async Task AskUntilAsync(HttpClient http, ConcurrentQueue<string> seen, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            seen.Enqueue(await AnswerAsync(http, Body));
        }
    }

    private static async Task<string> AnswerAsync(HttpClient http, string body)
    {
        var job = await FinishAsync(http, body);
        job.GetProperty("state").GetString().ShouldBe("succeeded", job.ToString());
        return job.GetProperty("result").GetProperty("model").GetString()!;
    }

    private static async Task<JsonElement> FinishAsync(HttpClient http, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Chat) { Content = new StringContent(body, null, "application/json"), Headers = { { "Prefer", "wait=60" } } };
        using var response = await http.SendAsync(request);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private string PathOf(string name) => Path.Combine(_folder, $"{name}.gguf");

    private string Write(string name)
    {
        ModelWriter.Write(new ModelRecipe { Preset = ModelPreset.Tiny, Name = name }, PathOf(name), CancellationToken.None);
        return PathOf(name);
    }
}
