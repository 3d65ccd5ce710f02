using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests;

/// <summary>A default installation, whose model names emotions and cannot write.</summary>
public sealed class NoWriterTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly (string Path, string Body, string Setting)[] Doors =
    [
        ("/api/chat/completions", """{"messages":[{"role":"user","content":"Hi"}]}""", "Kinds:Chat:Model"),
        ("/api/chat/completions", """{"messages":[{"role":"user","content":"Hi"}],"stream":true}""", "Kinds:Chat:Model"),
        ("/api/jobs", """{"kind":"chat","input":{"messages":[{"role":"user","content":"Hi"}]}}""", "Kinds:Chat:Model"),
        ("/api/feedback", """{"question":"Why?","answer":"Why not."}""", "Kinds:Feedback:Model"),
        ("/api/interview/step", """{"topic":"Testing","phase":"warm-up","question":"Why?","answer":"Why not."}""", "Kinds:Interview:Model"),
        ("/api/report", """{"items":[{"question":"Why?","answer":"Why not."}]}""", "Kinds:Report:Model"),
        ("/api/interviews", """{"topics":["Testing"],"phases":["warm-up"]}""", "Kinds:Interview:Model"),
        ("/v1/chat/completions", """{"model":"chat","messages":[{"role":"user","content":"Hi"}]}""", "Kinds:Chat:Model"),
        ("/v1/chat/completions", """{"model":"chat","messages":[{"role":"user","content":"Hi"}],"stream":true}""", "Kinds:Chat:Model"),
        ("/v1/completions", """{"model":"chat","prompt":"Hi"}""", "Kinds:Chat:Model"),
        ("/v1/responses", """{"model":"chat","input":"Hi"}""", "Kinds:Chat:Model"),
        ("/api/jobs/batch", """[{"kind":"emotion","input":{"text":"Hi"}},{"kind":"chat","input":{"messages":[{"role":"user","content":"Hi"}]}}]""", "Kinds:Chat:Model"),
    ];

    [Fact]
    public async Task Every_door_refuses_what_no_model_can_write_and_emotions_are_named()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        settings.Remove("Kinds:AllowSmallWriter");
        await using var host = await RoleProcess.StartReadyAsync("AllInOne", settings);
        using var http = new HttpClient { BaseAddress = host.Address };

        foreach (var (path, body, setting) in Doors)
        {
            await RefusedAsync(http, path, body, setting);
        }

        using var begun = await http.PostAsJsonAsync("/api/conversations", new { system_prompt = "Answer in one sentence." });
        await RefusedAsync(http, $"{begun.Headers.Location}/messages", """{"content":"Hi"}""", "Kinds:Chat:Model");

        using var emotion = new HttpRequestMessage(HttpMethod.Post, "/api/emotion") { Content = JsonContent.Create(new { text = "너무 슬퍼요" }), Headers = { { "Prefer", "wait=30" } } };
        using var named = await http.SendAsync(emotion);
        (await named.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("result").GetProperty("emotion").GetString().ShouldBe("sadness");
        (await http.GetFromJsonAsync<JsonElement>("/api/jobs")).GetProperty("jobs").GetArrayLength().ShouldBe(1);

        // Only a question with a near source asks a model.
        using var document = new HttpRequestMessage(HttpMethod.Post, "/api/documents") { Content = JsonContent.Create(new { text = "The warranty lasts two years." }), Headers = { { "Prefer", "wait=30" } } };
        using var stored = await http.SendAsync(document);
        stored.StatusCode.ShouldBe(HttpStatusCode.OK);
        await RefusedAsync(http, "/api/ask", """{"question":"How many years does the warranty last?"}""", "Kinds:Chat:Model");
        (await host.StopAsync()).ShouldBe(0);
    }

    private static async Task RefusedAsync(HttpClient http, string path, string body, string setting)
    {
        using var response = await http.PostAsync(new Uri(path, UriKind.RelativeOrAbsolute), new StringContent(body, Encoding.UTF8, "application/json"));
        var text = await response.Content.ReadAsStringAsync();
        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable, $"{path}: {text}");
        text.ShouldContain(path.StartsWith("/v1", StringComparison.Ordinal) ? "model_cannot_write" : "urn:pipeline:problem:model-cannot-write");
        text.ShouldContain($"Set {setting}");
    }
}
