using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests;

/// <summary>The kinds whose model writes, with the model that ships: what it writes means nothing, and the form is right.</summary>
public sealed class GeneratingTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task Chat_is_answered_by_the_model_that_ships_which_says_so()
    {
        await using var host = await RoleProcess.StartReadyAsync("AllInOne", await TestPipeline.SettingsAsync(database));
        using var http = new HttpClient { BaseAddress = host.Address };

        var result = await FinishAsync(http, "/api/chat/completions", """{"messages":[{"role":"user","content":"안녕하세요?"}],"temperature":0,"max_tokens":16}""");

        result.GetProperty("content").GetString().ShouldNotBeNull();
        result.GetProperty("model").GetString().ShouldBe("small");
        result.GetProperty("warnings")[0].GetString()!.ShouldContain("Models:Chat:Path");
        var usage = result.GetProperty("usage");
        usage.GetProperty("completion_tokens").GetInt32().ShouldBeInRange(1, 16);
        usage.GetProperty("total_tokens").GetInt32().ShouldBe(usage.GetProperty("prompt_tokens").GetInt32() + usage.GetProperty("completion_tokens").GetInt32());
        (await host.StopAsync()).ShouldBe(0);
    }

    private static async Task<JsonElement> FinishAsync(HttpClient http, string path, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, null, "application/json") };
        request.Headers.Add("Prefer", "wait=30");
        using var response = await http.SendAsync(request);
        var job = await response.Content.ReadFromJsonAsync<JsonElement>();
        job.GetProperty("state").GetString().ShouldBe("succeeded", job.ToString());
        return job.GetProperty("result");
    }
}
