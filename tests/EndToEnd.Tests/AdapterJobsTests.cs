using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.Bench.Models;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests;

/// <summary>A model with two LoRA adapters, from the settings of a worker to the jobs of clients.</summary>
public sealed class AdapterJobsTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IDisposable
{
    private static readonly string[] Names = ["tiny", "tiny:first", "tiny:second"];

    private readonly string _folder = Directory.CreateTempSubdirectory("pipeline-adapter-jobs-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_job_asks_for_an_adapter_by_name_and_its_result_tells_which_it_was()
    {
        var settings = await SettingsAsync();
        var starting = RoleProcess.StartReadyAsync("Api", settings);
        var startingWorker = RoleProcess.StartReadyAsync("Workers.Inference", new Dictionary<string, string?>(settings) { ["Worker:Queues"] = "chat,emotion" });
        await using var api = await starting;
        await using var worker = await startingWorker;
        using var http = new HttpClient { BaseAddress = api.Address };

        // The API knows what workers have a second later.
        await Eventually.TrueAsync(async () => (await http.GetStringAsync("/api/models")).Contains(Names[^1], StringComparison.Ordinal));
        var listed = await http.GetFromJsonAsync<JsonElement>("/api/models");
        listed.GetProperty("models").EnumerateArray().Select(model => model.GetProperty("name").GetString()).ShouldBe(Names, ignoreOrder: true, customMessage: listed.ToString());
        var served = (await http.GetFromJsonAsync<JsonElement>("/v1/models")).GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()).ToList();
        Names.Except(served).ShouldBeEmpty();

        var chats = await Task.WhenAll(Names.Select(name => FinishAsync(http, "/api/chat/completions", new { model = name, messages = Messages, max_tokens = 8, temperature = 0 })));
        chats.Select(chat => chat.GetProperty("model").GetString()).ShouldBe(Names);
        chats.Select(chat => chat.GetProperty("content").GetString()).Distinct().Count().ShouldBe(3, "an adapter changes what the model says");
        Version(chats[1]).ShouldStartWith(Version(chats[0]) + "-");
        Version(chats[2]).ShouldEndWith("*0.5");

        var emotions = await Task.WhenAll(Names.Select(name => FinishAsync(http, "/api/emotion", new { model = name, text = "What a day." })));
        emotions.Select(emotion => emotion.GetProperty("model").GetString()).ShouldBe(Names);
        emotions.Select(emotion => emotion.GetProperty("confidence").GetDouble()).Distinct().Count().ShouldBe(3);
        (await FinishAsync(http, "/api/chat/completions", new { messages = Messages, max_tokens = 3 })).GetProperty("model").GetString().ShouldBe("tiny:first", "the kind's own");

        await RefusedAsync(http, "/api/chat/completions");
        await RefusedAsync(http, "/v1/chat/completions");
        (await worker.StopAsync()).ShouldBe(0, worker.Errors);
    }

    private static readonly object[] Messages = [new { role = "user", content = "Hello, how are you?" }];

    private async Task<Dictionary<string, string?>> SettingsAsync()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        ModelWriter.Write(new() { Preset = ModelPreset.Tiny, Name = "tiny" }, PathOf("tiny"), CancellationToken.None);
        settings["Models:tiny:Path"] = PathOf("tiny");
        settings["Models:tiny:Kinds"] = "chat, emotion";
        settings["Models:tiny:Adapters:first"] = Write("first", seed: 1);
        settings["Models:tiny:Adapters:second:Path"] = Write("second", seed: 2);
        settings["Models:tiny:Adapters:second:Scale"] = "0.5";
        settings["Kinds:Chat:Model"] = "tiny:first";
        settings["Kinds:Emotion:Model"] = "tiny";
        settings["Inference:ContextTokens"] = "1024";
        return settings;
    }

    private static string Version(JsonElement result) => result.GetProperty("model_version").GetString()!;

    private static async Task<JsonElement> FinishAsync(HttpClient http, string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body), Headers = { { "Prefer", "wait=60" } } };
        using var response = await http.SendAsync(request);
        var job = await response.Content.ReadFromJsonAsync<JsonElement>();
        job.TryGetProperty("state", out var state).ShouldBeTrue(job.ToString());
        state.GetString().ShouldBe("succeeded", job.ToString());
        return job.GetProperty("result");
    }

    /// <summary>One that there is not, with a list of those there are.</summary>
    private static async Task RefusedAsync(HttpClient http, string path)
    {
        using var response = await http.PostAsJsonAsync(path, new { model = "tiny:third", messages = Messages });
        var problem = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.NotFound, problem);
        Names.Where(name => !problem.Contains(name, StringComparison.Ordinal)).ShouldBeEmpty(problem);
    }

    private string PathOf(string name) => Path.Combine(_folder, $"{name}.gguf");

    private string Write(string name, ulong seed)
    {
        ModelWriter.WriteAdapter(ModelPreset.Tiny, rank: 4, seed, PathOf(name), CancellationToken.None);
        return PathOf(name);
    }
}
