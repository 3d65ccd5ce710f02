using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Api.Tests.Hosting;
using Pipeline.Core.Queues;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.OpenAi;

/// <summary>What stops a batch of a file as a whole, and what does not.</summary>
public sealed class FileBatchFailuresTests
{
    private readonly ScriptedEmotion _worker = new();

    [Fact]
    public async Task A_line_that_is_too_long_is_one_error_among_answers()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, _worker, ("Api:BodyBytesMax", "1024"));
        using var client = host.Client();

        var batch = await EndedAsync(client, (await SubmitAsync(client, Line("a"), Line("b", new string('x', 200_000)), Line("c"))).Id);

        (batch.GetProperty("status").GetString(), batch.GetProperty("request_counts").ToString()).ShouldBe(("completed", """{"total":3,"completed":2,"failed":1}"""));
        (await ContentAsync(client, batch, "output_file_id")).Select(CustomId).ShouldBe(["a", "c"], ignoreOrder: true);
        var error = (await ContentAsync(client, batch, "error_file_id")).ShouldHaveSingleItem();
        (CustomId(error), error.GetProperty("error").GetProperty("code").GetString()).ShouldBe((null, "line_too_long"));
        error.GetProperty("error").GetProperty("message").GetString()!.ShouldContain("Api:BodyBytesMax");
    }

    [Theory]
    [InlineData("Api:BatchItemsMax", "2", "too_many_lines")]
    [InlineData("Limits:BatchJobs", "2", "too_many_lines")]
    [InlineData("Queues:emotion-bulk:DepthMax", "2", "too_many_lines")]
    [InlineData("Limits:TokensPerDay", "2", "token_limit_exceeded")]
    public async Task What_no_line_can_pass_fails_the_batch_and_leaves_no_job(string setting, string value, string code)
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, _worker, (setting, value));
        using var client = host.Client();

        var failed = await EndedAsync(client, (await SubmitAsync(client, Line("a"), Line("b"), Line("c"))).Id);

        var error = failed.GetProperty("errors").GetProperty("data")[0];
        (failed.GetProperty("status").GetString(), error.GetProperty("code").GetString()).ShouldBe(("failed", code), error.ToString());
        (await client.GetAsync("/api/jobs")).Json.GetProperty("jobs").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_batch_for_a_model_that_cannot_write_fails_with_what_to_do()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, pipeline =>
        {
            ApiHost.AddScriptedWorkers(pipeline, _worker);
            pipeline.Services.AddSingleton<IWriterCheck>(new Mute());
        });
        await host.SampleQueuesAsync();
        using var client = host.Client();

        var failed = await EndedAsync(client, (await SubmitAsync(client, Line("a"))).Id);

        var error = failed.GetProperty("errors").GetProperty("data")[0];
        (failed.GetProperty("status").GetString(), error.GetProperty("code").GetString()).ShouldBe(("failed", "model_cannot_write"));
        error.GetProperty("message").GetString()!.ShouldContain("Kinds:Emotion:Model");
    }

    [Fact]
    public async Task While_its_queue_is_full_a_batch_stays_validating()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, _worker, ("Queues:emotion-bulk:DepthMax", "2"), ("Queues:emotion-bulk:ReserveShare", "0"));
        using var client = host.Client();
        var first = (await SubmitAsync(client, Line("a", "hold a"), Line("b", "hold b"))).Id;
        await _worker.StartedAsync("hold a");
        var second = (await SubmitAsync(client, Line("c"), Line("d"))).Id;

        // It was looked at, found no room, and is looked at again later.
        await Eventually.TrueAsync(async () => await database.DataSource.CreateCommand($"select due_at > now() from file_batches where id = '{second["batch_".Length..]}'").ExecuteScalarAsync() is true);
        (await client.GetAsync($"/v1/batches/{second}")).Field("status").ShouldBe("validating");
        _worker.Release("hold a");
        _worker.Release("hold b");
        await EndedAsync(client, first);
        var done = await EndedAsync(client, second);

        (done.GetProperty("status").GetString(), done.GetProperty("request_counts").GetProperty("completed").GetInt32()).ShouldBe(("completed", 2));
    }

    [Fact]
    public async Task A_retry_runs_a_line_that_failed_once_more_and_no_other()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, _worker);
        using var client = host.Client();
        var id = (await SubmitAsync(client, Line("a", "vary this"), Line("b", "reject this"))).Id;
        await EndedAsync(client, id);
        var calls = _worker.Calls;

        (await client.SendAsync(HttpMethod.Post, $"/v1/batches/{id}/retry", null)).Status.ShouldBe(200);
        var again = await EndedAsync(client, id);

        _worker.Calls.ShouldBe(calls + 1);
        (again.GetProperty("status").GetString(), again.GetProperty("request_counts").ToString()).ShouldBe(("completed", """{"total":2,"completed":1,"failed":1}"""));
        (await ContentAsync(client, again, "output_file_id")).Select(CustomId).ShouldBe(["a"]);
        (await ContentAsync(client, again, "error_file_id")).Select(CustomId).ShouldBe(["b"]);
    }

    [Theory]
    [InlineData("1m", 60)]
    [InlineData("7d", 604_800)]
    public async Task The_shortest_and_the_longest_window_are_taken(string window, long seconds)
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, worker: null);
        using var client = host.Client();

        var batch = (await SubmitAsync(client, window, [Line("a")])).Json;

        (batch.GetProperty("expires_at").GetInt64() - batch.GetProperty("created_at").GetInt64()).ShouldBeInRange(seconds - 1, seconds + 1);
    }

    private sealed record Mute : IWriterCheck
    {
        public string Kind => "emotion";

        public string MissingSetting => "Kinds:Emotion:Model";
    }

    private static string Line(string id, string text = "a") => $$$"""{"custom_id":"{{{id}}}","method":"POST","url":"/api/emotion","body":{"text":"{{{text}}}"}}""";

    private static string? CustomId(JsonElement line) => line.GetProperty("custom_id").GetString();

    private static Task<Answer> SubmitAsync(ApiClient client, params string[] lines) => SubmitAsync(client, "2h", lines);

    private static async Task<Answer> SubmitAsync(ApiClient client, string window, string[] lines)
    {
        var file = await client.UploadAsync(Encoding.UTF8.GetBytes(string.Join('\n', lines)), "lines.jsonl");
        var batch = await client.PostAsync("/v1/batches", $$"""{"input_file_id":"{{file.Id}}","endpoint":"/api/emotion","completion_window":"{{window}}"}""");
        batch.Status.ShouldBe(200, batch.Text);
        return batch;
    }

    private static async Task<JsonElement> EndedAsync(ApiClient client, string id)
    {
        JsonElement batch = default;
        await Eventually.TrueAsync(async () =>
        {
            batch = (await client.GetAsync($"/v1/batches/{id}")).Json;
            return batch.GetProperty("status").GetString() is "completed" or "failed" or "expired" or "cancelled";
        });
        return batch;
    }

    private static async Task<IReadOnlyList<JsonElement>> ContentAsync(ApiClient client, JsonElement batch, string file) =>
        [.. (await client.GetAsync($"/v1/files/{batch.GetProperty(file).GetString()}/content")).Text
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];
}
