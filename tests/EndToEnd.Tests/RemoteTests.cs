using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dapper;
using Pipeline.TestSupport.Inference;
using Pipeline.TestSupport.Inference.Servers;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests;

/// <summary>Emotion jobs whose model is on a server, and what becomes of them when that server fails.</summary>
public sealed class RemoteTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const string Secret = "a-key-that-nobody-may-see";

    [Fact]
    public async Task A_server_scores_the_emotion_and_the_cloud_answers_when_it_fails()
    {
        await using var server = await OpenAiServer.StartAsync(new ScriptedChatClient());
        await using var cloud = await AnthropicServer.StartAsync(new ScriptedChatClient());
        server.LogProbabilities = _ => [[Chance(" fear", 0.75), Chance("joy", 0.2)]];
        cloud.Key = Secret;
        await using var host = await RoleProcess.StartReadyAsync("AllInOne", await SettingsAsync(server, cloud));
        using var client = new PipelineClient(host.Address);

        var scored = await AnalyzeAsync(client, "너무 무서웠어");
        server.Fault = new Fault.Refuses(500, """{"error":{"message":"CUDA out of memory"}}""");
        var chosen = await AnalyzeAsync(client, "너무 무서웠어!");

        (Text(scored, "emotion"), Text(scored, "model"), Text(scored, "language")).ShouldBe(("fear", "served", "ko"));
        scored.GetProperty("confidence").GetDouble().ShouldBeInRange(0.5, 0.8);
        scored.GetProperty("fallback_attempted").GetBoolean().ShouldBeFalse();
        scored.TryGetProperty("fallback_provider", out _).ShouldBeFalse();
        scored.TryGetProperty("choice_only", out _).ShouldBeFalse();
        (Text(chosen, "emotion"), Text(chosen, "model"), Text(chosen, "fallback_provider")).ShouldBe(("joy", "claude-test", "Anthropic"));
        chosen.GetProperty("fallback_attempted").GetBoolean().ShouldBeTrue();
        chosen.GetProperty("choice_only").GetBoolean().ShouldBeTrue();
        (await host.StopAsync()).ShouldBe(0);
        host.Output.ShouldContain("CUDA out of memory");
        (host.Output + host.Errors).ShouldNotContain(Secret);
        Regex.Unescape(host.Output + host.Errors).ShouldNotContain("무서웠어");
    }

    [Fact]
    public async Task A_server_that_is_away_costs_no_job_an_attempt_and_the_log_two_lines()
    {
        await using var server = await OpenAiServer.StartAsync(new ScriptedChatClient());
        server.LogProbabilities = _ => [[Chance(" fear", 0.75), Chance("joy", 0.2)]];
        await using var host = await RoleProcess.StartReadyAsync("AllInOne", await SettingsAsync(server));
        using var client = new PipelineClient(host.Address);

        // Probes are answered 502 as well.
        server.Fault = new Fault.Refuses(502, "<html>Bad Gateway</html>");
        Guid[] jobs = [.. await client.SubmitAsync([.. Enumerable.Range(0, 40).Select(i => $"text {i}")])];
        await Eventually.TrueAsync(() => Task.FromResult(host.Output.Contains("\"EventId\":1137,", StringComparison.Ordinal)));
        await Eventually.TrueAsync(() => ScalarAsync<bool>("select bool_or(error_code = 'deferred') from jobs where id = any(@jobs)", new { jobs }));
        server.Fault = null;

        (await client.FinishAsync(jobs)).ShouldAllBe(job => Text(job.GetProperty("result"), "emotion") == "fear");
        await Eventually.TrueAsync(() => Task.FromResult(host.Output.Contains("\"EventId\":1138,", StringComparison.Ordinal)));
        (await host.StopAsync()).ShouldBe(0);
        host.Output.Split("\"EventId\":1137,").Length.ShouldBe(2);
        host.Output.Split("\"EventId\":1138,").Length.ShouldBe(2);
        host.Output.ShouldNotContain("\"EventId\":1133,");
        (await ScalarAsync<long>("select sum(failures) from jobs where id = any(@jobs)", new { jobs })).ShouldBe(0);
    }

    private async Task<T?> ScalarAsync<T>(string sql, object parameters)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<T>(sql, parameters);
    }

    private async Task<Dictionary<string, string?>> SettingsAsync(OpenAiServer server)
    {
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Inference:Backend"] = "Remote";
        settings["Inference:Remote:BaseUrl"] = server.BaseUrl.ToString();
        settings["Inference:Remote:Model"] = "served";
        return settings;
    }

    private async Task<IReadOnlyDictionary<string, string?>> SettingsAsync(OpenAiServer server, AnthropicServer cloud)
    {
        var settings = await SettingsAsync(server);
        settings["Fallback:Enabled"] = "true";
        settings["Fallback:Provider"] = "Anthropic";
        settings["Fallback:Model"] = "claude-test";
        settings["Fallback:Timeout"] = "00:05:00"; // Who fails here refuses; nobody is slow but the machine.
        settings["Fallback:BaseUrl"] = cloud.Address.ToString();
        settings["ANTHROPIC_API_KEY"] = Secret;
        return settings.AsReadOnly();
    }

    private static async Task<JsonElement> AnalyzeAsync(PipelineClient client, string text) =>
        (await client.FinishAsync(await client.SubmitAsync([text])))[0].GetProperty("result");

    private static string? Text(JsonElement result, string field) => result.GetProperty(field).GetString();

    private static TokenChance Chance(string token, double probability) => new(Encoding.UTF8.GetBytes(token), Math.Log(probability));
}
