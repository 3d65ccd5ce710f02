using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.OpenAi;

public sealed class FileBatchesTests(LocalApi api, KeyedApi keyed) : IClassFixture<KeyedApi>
{
    private const string Emotion = "/api/emotion";
    private const string Chat = "/v1/chat/completions";

    private readonly string _hold = $"hold {Guid.CreateVersion7()}";

    [Fact]
    public async Task Lines_become_answers_and_bad_ones_errors_each_once()
    {
        var id = await SubmitAsync(
            Emotion,
            EmotionLine("one", "I got the job!"),
            "{not JSON",
            """{"custom_id":"two","method":"POST","url":"/api/emotion","body":{"text":""}}""",
            EmotionLine("one", "again"),
            """{"custom_id":"three","method":"GET","url":"/api/emotion","body":{"text":"a"}}""",
            """{"custom_id":"four","method":"POST","url":"/v1/embeddings","body":{"text":"a"}}""",
            """{"custom_id":"five","method":"POST","url":"/api/emotion","body":"a"}""",
            """{"method":"POST","url":"/api/emotion","body":{"text":"a"}}""",
            "[]",
            "",
            EmotionLine("six", "reject this"),
            EmotionLine("일곱", "행복해요"));

        var batch = await EndedAsync(id);

        batch.GetProperty("status").GetString().ShouldBe("completed");
        Counts(batch).ShouldBe((11, 2, 9));
        batch.GetProperty("errors").ValueKind.ShouldBe(JsonValueKind.Null);
        var output = await ContentAsync(batch, "output_file_id");
        output.Select(CustomId).Order().ShouldBe(["one", "일곱"], ignoreOrder: true);
        output.ShouldAllBe(line => line.GetProperty("response").GetProperty("status_code").GetInt32() == 200
            && line.GetProperty("response").GetProperty("body").GetProperty("result").GetProperty("emotion").GetString() == "joy"
            && line.GetProperty("error").ValueKind == JsonValueKind.Null);
        var errors = await ContentAsync(batch, "error_file_id");
        errors.Select(line => (CustomId(line), Code(line))).ShouldBe(
            [
                (null, "invalid_json_line"), ("two", "400 invalid_input"), ("one", "duplicate_custom_id"), ("three", "invalid_method"), ("four", "invalid_url"),
                ("five", "invalid_body"), (null, "invalid_custom_id"), (null, "invalid_json_line"), ("six", "400 job_rejected"),
            ]);
        errors[1].GetProperty("response").GetProperty("body").GetProperty("error").GetProperty("param").GetString().ShouldBe("text");
    }

    [Fact]
    public async Task A_line_of_a_chat_is_answered_as_its_own_route_would()
    {
        var id = await SubmitAsync(
            Chat,
            """{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"chat","messages":[{"role":"user","content":"say two words"}],"max_tokens":3}}""",
            """{"custom_id":"b","method":"POST","url":"/v1/chat/completions","body":{"model":"gpt-4o","messages":[{"role":"user","content":"a"}]}}""",
            """{"custom_id":"c","method":"POST","url":"/v1/chat/completions","body":{"model":"chat","messages":[{"role":"user","content":"a"}],"stream":true}}""");

        var batch = await EndedAsync(id);

        var line = (await ContentAsync(batch, "output_file_id")).ShouldHaveSingleItem();
        var completion = line.GetProperty("response").GetProperty("body");
        completion.GetProperty("object").GetString().ShouldBe("chat.completion");
        completion.GetProperty("choices")[0].GetProperty("message").GetProperty("content").GetString().ShouldBe("say two words");
        completion.GetProperty("usage").GetProperty("total_tokens").GetInt32().ShouldBe(10);
        (await ContentAsync(batch, "error_file_id")).Select(Code).ShouldBe(["404 model_not_found", "400 invalid_input"]);
    }

    [Fact]
    public async Task A_line_may_ask_for_a_response()
    {
        var id = await SubmitAsync(
            "/v1/responses",
            """{"custom_id":"a","method":"POST","url":"/v1/responses","body":{"model":"chat","input":"say this","instructions":"Be brief."}}""",
            """{"custom_id":"b","method":"POST","url":"/v1/responses","body":{"model":"chat","input":"say this","background":true}}""");

        var batch = await EndedAsync(id);

        var response = (await ContentAsync(batch, "output_file_id")).ShouldHaveSingleItem().GetProperty("response").GetProperty("body");
        (response.GetProperty("object").GetString(), response.GetProperty("instructions").GetString()).ShouldBe(("response", "Be brief."));
        response.GetProperty("output")[0].GetProperty("content")[0].GetProperty("text").GetString().ShouldBe("say this");
        (await ContentAsync(batch, "error_file_id")).Select(Code).ShouldBe(["400 invalid_input"]);
    }

    [Fact]
    public async Task Vectors_come_in_the_form_that_their_line_wants()
    {
        var id = await SubmitAsync(
            "/v1/embeddings",
            """{"custom_id":"a","method":"POST","url":"/v1/embeddings","body":{"model":"embedding","input":["a","aa"],"encoding_format":"base64"}}""",
            """{"custom_id":"b","method":"POST","url":"/v1/embeddings","body":{"model":"embedding","input":"aaa"}}""",
            $$$"""{"custom_id":"c","method":"POST","url":"/v1/embeddings","body":{"model":"embedding","input":[{{{string.Join(',', Enumerable.Repeat("\"a\"", 65))}}}]}}""");

        var batch = await EndedAsync(id);

        var output = (await ContentAsync(batch, "output_file_id")).ToDictionary(line => CustomId(line)!, line => line.GetProperty("response").GetProperty("body").GetProperty("data"));
        MemoryMarshal.Cast<byte, float>(Convert.FromBase64String(output["a"][1].GetProperty("embedding").GetString()!))[0].ShouldBe(2);
        output["b"][0].GetProperty("embedding")[0].GetSingle().ShouldBe(3);
        (await ContentAsync(batch, "error_file_id")).Select(Code).ShouldBe(["400 invalid_input"]);
    }

    [Fact]
    public async Task Output_is_read_while_the_batch_runs_and_on_from_the_cursor()
    {
        var id = await SubmitAsync(Emotion, EmotionLine("a", "a"), "bad", EmotionLine("held", _hold), EmotionLine("b", "b"));
        await api.Worker.StartedAsync(_hold);
        await Eventually.TrueAsync(async () => (await OutputAsync(id)).Count == 3);

        var early = await OutputAsync(id);
        JsonElement running = default;
        await Eventually.TrueAsync(async () => Counts(running = (await api.Client.GetAsync($"/v1/batches/{id}")).Json) == (4, 2, 1)); // They are counted a moment later.
        api.Worker.Release(_hold);
        var rest = await OutputAsync(id, $"?after={early[^1].GetProperty("cursor").GetString()}", wait: 30);

        running.GetProperty("status").GetString().ShouldBe("in_progress");
        early.Select(CustomId).ShouldBe([null, "a", "b"], ignoreOrder: true);
        rest.Select(CustomId).ShouldBe(["held"]);
        (await ContentAsync(await EndedAsync(id), "output_file_id")).Select(CustomId).ShouldBe(["a", "b", "held"], ignoreOrder: true);
        (await OutputAsync(id)).Count.ShouldBe(4);
    }

    [Fact]
    public async Task Canceling_keeps_what_is_done_and_a_retry_does_only_the_rest()
    {
        var id = await SubmitAsync(Emotion, EmotionLine("a", "a"), EmotionLine("held", _hold));
        await api.Worker.StartedAsync(_hold);
        await Eventually.TrueAsync(async () => (await OutputAsync(id)).Count == 1);

        var canceling = await api.Client.SendAsync(HttpMethod.Post, $"/v1/batches/{id}/cancel", null);
        canceling.Json.GetProperty("status").GetString().ShouldBeOneOf("cancelling", "cancelled");
        var canceled = await EndedAsync(id);
        canceled.GetProperty("status").GetString().ShouldBe("cancelled");
        Counts(canceled).ShouldBe((2, 1, 1));
        (await ContentAsync(canceled, "output_file_id")).Select(CustomId).ShouldBe(["a"]);
        (await ContentAsync(canceled, "error_file_id")).Select(line => (CustomId(line), Code(line))).ShouldBe([("held", "batch_cancelled")]);
        var refused = await api.Client.SendAsync(HttpMethod.Post, $"/v1/batches/{id}/cancel", null);
        refused.ShouldFail(409, "batch_state");
        refused.Headers["x-should-retry"].ShouldBe("false");

        api.Worker.Release(_hold);
        var before = api.Worker.Calls;
        (await api.Client.SendAsync(HttpMethod.Post, $"/v1/batches/{id}/retry", null)).Json.GetProperty("status").GetString().ShouldBe("in_progress");
        var completed = await EndedAsync(id);

        completed.GetProperty("status").GetString().ShouldBe("completed");
        Counts(completed).ShouldBe((2, 2, 0));
        completed.GetProperty("error_file_id").ValueKind.ShouldBe(JsonValueKind.Null);
        (await ContentAsync(completed, "output_file_id")).Select(CustomId).ShouldBe(["a", "held"], ignoreOrder: true);
        api.Worker.Calls.ShouldBeGreaterThan(before);
        (await api.Client.GetAsync($"/v1/files/{canceled.GetProperty("output_file_id").GetString()}")).ShouldFail(404, "file_not_found");
        (await api.Client.SendAsync(HttpMethod.Post, $"/v1/batches/{id}/retry", null)).ShouldFail(409, "batch_state");
    }

    [Fact]
    public async Task A_paused_batch_sends_nothing_until_it_is_resumed()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        var worker = new ScriptedEmotion();
        await using var host = await ApiHost.StartAsync(
            database.ConnectionString, worker, ("Relay:WindowMin", "1"), ("Queues:emotion-bulk:Prefetch", "2"), ("Queues:emotion-bulk:ItemsPerMessage", "1"));
        using var client = host.Client();
        var file = await client.UploadAsync(Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 200).Select(i => EmotionLine($"{i}", _hold)))), "lines.jsonl");
        var id = (await client.PostAsync("/v1/batches", $$"""{"input_file_id":"{{file.Id}}","endpoint":"/api/emotion","completion_window":"2h"}""")).Id;
        await worker.StartedAsync(_hold);

        var paused = await client.SendAsync(HttpMethod.Post, $"/v1/batches/{id}/pause", null);
        var held = await Batches.BatchSubmitTests.CountAsync(database, "dispatches where due_at = 'infinity'");
        worker.Release(_hold);
        await Eventually.TrueAsync(async () => await Batches.BatchSubmitTests.CountAsync(database, "dispatches where due_at is null") is 0);
        var before = Counts((await client.GetAsync($"/v1/batches/{id}")).Json);
        var resumed = await client.SendAsync(HttpMethod.Post, $"/v1/batches/{id}/resume", null);

        paused.Json.GetProperty("paused_at").ValueKind.ShouldBe(JsonValueKind.Number, paused.Text);
        held.ShouldBeGreaterThan(0);
        before.Completed.ShouldBeLessThan(200);
        resumed.Json.GetProperty("paused_at").ValueKind.ShouldBe(JsonValueKind.Null, resumed.Text);
        await Eventually.TrueAsync(async () => Counts((await client.GetAsync($"/v1/batches/{id}")).Json) == (200, 200, 0));
        await Eventually.TrueAsync(async () => (await client.SendAsync(HttpMethod.Post, $"/v1/batches/{id}/pause", null)).Status is 409);
    }

    [Fact]
    public async Task A_batch_that_is_canceled_while_its_lines_are_checked_ends_without_them()
    {
        var id = await SubmitAsync(Emotion, "bad", "worse");
        await EndedAsync(id);
        await api.Database.ExecuteAsync(
            $"update file_batches set state = 'cancelling', in_progress_at = null, completed_at = null, lines = 0, bad_lines = 0 where id = '{id["batch_".Length..]}'");

        var canceled = await EndedAsync(id);

        (canceled.GetProperty("status").GetString(), Counts(canceled)).ShouldBe(("cancelled", (0, 0, 0)));
        canceled.GetProperty("error_file_id").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task What_is_not_done_in_time_expires_with_the_batch()
    {
        var id = await SubmitAsync(Emotion, EmotionLine("a", "a"), EmotionLine("held", _hold));
        await api.Worker.StartedAsync(_hold);
        await Eventually.TrueAsync(async () => (await OutputAsync(id)).Count == 1);
        await api.Database.ExecuteAsync($"update jobs set expires_at = now() where batch_id = '{id["batch_".Length..]}' and state = 'running'");

        var expired = await EndedAsync(id);

        expired.GetProperty("status").GetString().ShouldBe("expired");
        (await ContentAsync(expired, "output_file_id")).Select(CustomId).ShouldBe(["a"]);
        (await ContentAsync(expired, "error_file_id")).Select(line => (CustomId(line), Code(line))).ShouldBe([("held", "batch_expired")]);
        api.Worker.Release(_hold);
    }

    [Fact]
    public async Task The_window_is_the_deadline_of_every_line()
    {
        var id = await SubmitAsync(Emotion, EmotionLine("held", _hold));
        await api.Worker.StartedAsync(_hold);

        var batch = (await api.Client.GetAsync($"/v1/batches/{id}")).Json;
        var jobs = (await api.Client.GetAsync("/api/jobs?state=running&kind=emotion")).Json.GetProperty("jobs").EnumerateArray()
            .Where(job => job.TryGetProperty("batch_id", out var of) && of.GetString() == id["batch_".Length..]).ToList();

        (batch.GetProperty("expires_at").GetInt64() - batch.GetProperty("created_at").GetInt64()).ShouldBeInRange(7_199, 7_201);
        jobs.ShouldHaveSingleItem().GetProperty("deadline").GetDateTimeOffset().ToUnixTimeSeconds().ShouldBe(batch.GetProperty("expires_at").GetInt64());
        api.Worker.Release(_hold);
    }

    [Fact]
    public async Task A_file_of_bad_lines_alone_ends_with_errors_and_a_file_without_lines_fails()
    {
        var bad = await EndedAsync(await SubmitAsync(Emotion, "bad", "worse"));
        (bad.GetProperty("status").GetString(), Counts(bad)).ShouldBe(("completed", (2, 0, 2)));
        bad.GetProperty("output_file_id").ValueKind.ShouldBe(JsonValueKind.Null);
        (await ContentAsync(bad, "error_file_id")).Count.ShouldBe(2);

        var empty = await EndedAsync(await SubmitAsync(Emotion, "", " "));
        empty.GetProperty("status").GetString().ShouldBe("failed");
        empty.GetProperty("errors").GetProperty("data")[0].GetProperty("code").GetString().ShouldBe("empty_file");
        empty.GetProperty("failed_at").ValueKind.ShouldBe(JsonValueKind.Number);
    }

    [Theory]
    [InlineData("""{"input_file_id":"FILE","endpoint":"/api/emotion"}""", "completion_window")]
    [InlineData("""{"input_file_id":"FILE","endpoint":"/api/emotion","completion_window":"59s"}""", "completion_window")]
    [InlineData("""{"input_file_id":"FILE","endpoint":"/api/emotion","completion_window":"8d"}""", "completion_window")]
    [InlineData("""{"input_file_id":"FILE","endpoint":"/api/poetry","completion_window":"24h"}""", "endpoint")]
    [InlineData("""{"input_file_id":"nonsense","endpoint":"/api/emotion","completion_window":"24h"}""", "input_file_id")]
    [InlineData("""{"input_file_id":"file-019a9c1e-7f00-7000-8000-000000000003","endpoint":"/api/emotion","completion_window":"24h"}""", "input_file_id")]
    [InlineData("""{"input_file_id":"FILE","endpoint":"/api/emotion","completion_window":"24h","metadata":{"a":1}}""", "metadata")]
    [InlineData("""{"input_file_id":"FILE","endpoint":"/api/emotion","completion_window":"24h","output_expires_after":{"anchor":"created_at","seconds":60}}""", "output_expires_after")]
    [InlineData("""{"input_file_id":"FILE","endpoint":"/api/emotion","completion_window":"24h","callback_url":"ftp://a"}""", "callback_url")]
    [InlineData("""{"input_file_id":"FILE","endpoint":"/api/emotion","completion_window":"24h","colour":"blue"}""", "colour")]
    public async Task What_is_wrong_with_the_request_is_told_at_once(string body, string param)
    {
        var file = await api.Client.UploadAsync("x"u8.ToArray(), "a.jsonl");

        (await api.Client.PostAsync("/v1/batches", body.Replace("FILE", file.Id, StringComparison.Ordinal))).ShouldFail(400, "invalid_input").ShouldBe(param);
    }

    [Fact]
    public async Task The_same_key_gets_the_same_batch()
    {
        var file = await api.Client.UploadAsync(Encoding.UTF8.GetBytes(EmotionLine("a", "a")), "a.jsonl");
        var key = ("Idempotency-Key", $"{Guid.CreateVersion7()}");
        string Body(string window) => $$$"""{"input_file_id":"{{{file.Id}}}","endpoint":"/api/emotion","completion_window":"{{{window}}}","metadata":{"team":"검토"}}""";

        var first = await api.Client.PostAsync("/v1/batches", Body("24h"), key);
        var second = await api.Client.PostAsync("/v1/batches", Body("24h"), key);

        first.Json.GetProperty("metadata").GetProperty("team").GetString().ShouldBe("검토");
        (second.Id, second.Headers["Idempotency-Replayed"]).ShouldBe((first.Id, "true"));
        (await api.Client.PostAsync("/v1/batches", Body("1h"), key)).ShouldFail(422, "idempotency_key_reused");
    }

    [Fact]
    public async Task A_batch_belongs_to_its_client_and_lists_have_pages()
    {
        var (mine, _) = await keyed.NewClientAsync();
        var (other, _) = await keyed.NewClientAsync();
        var file = await mine.UploadAsync("bad"u8.ToArray(), "a.jsonl");
        List<string> ids = [];
        for (var i = 0; i < 3; i++)
        {
            ids.Add((await mine.PostAsync("/v1/batches", $$"""{"input_file_id":"{{file.Id}}","endpoint":"/api/emotion","completion_window":"24h"}""")).Id);
        }

        (await other.PostAsync("/v1/batches", $$"""{"input_file_id":"{{file.Id}}","endpoint":"/api/emotion","completion_window":"24h"}""")).ShouldFail(400, "invalid_input");
        (await other.GetAsync($"/v1/batches/{ids[0]}")).ShouldFail(404, "batch_not_found");
        (await other.GetAsync($"/v1/batches/{ids[0]}/output")).ShouldFail(404, "batch_not_found");
        (await other.SendAsync(HttpMethod.Post, $"/v1/batches/{ids[0]}/cancel", null)).ShouldFail(404, "batch_not_found");
        (await other.GetAsync("/v1/batches")).Json.GetProperty("data").GetArrayLength().ShouldBe(0);
        var page = (await mine.GetAsync("/v1/batches?limit=2")).Json;
        page.GetProperty("data").EnumerateArray().Select(batch => batch.GetProperty("id").GetString()).ShouldBe([ids[2], ids[1]]);
        page.GetProperty("has_more").GetBoolean().ShouldBeTrue();
        (await mine.GetAsync($"/v1/batches?after={ids[1]}")).Json.GetProperty("data").GetArrayLength().ShouldBe(1);
    }

    [Fact]
    public async Task A_batch_whose_file_is_deleted_before_it_is_read_fails_with_the_reason()
    {
        var file = await api.Client.UploadAsync("bad"u8.ToArray(), "a.jsonl");
        var batch = await api.Client.PostAsync("/v1/batches", $$"""{"input_file_id":"{{file.Id}}","endpoint":"/api/emotion","completion_window":"24h"}""");
        await EndedAsync(batch.Id);
        var uuid = batch.Id["batch_".Length..];
        await api.Client.DeleteAsync($"/v1/files/{file.Id}");
        await api.Database.ExecuteAsync($"update file_batches set state = 'validating', in_progress_at = null where id = '{uuid}'");

        var failed = await EndedAsync(batch.Id);

        failed.GetProperty("status").GetString().ShouldBe("failed");
        failed.GetProperty("errors").GetProperty("data")[0].GetProperty("code").GetString().ShouldBe("file_not_found");
    }

    private static string EmotionLine(string id, string text) => $$$"""{"custom_id":"{{{id}}}","method":"POST","url":"/api/emotion","body":{"text":"{{{text}}}"}}""";

    private static (int Total, int Completed, int Failed) Counts(JsonElement batch)
    {
        var counts = batch.GetProperty("request_counts");
        return (counts.GetProperty("total").GetInt32(), counts.GetProperty("completed").GetInt32(), counts.GetProperty("failed").GetInt32());
    }

    private static string? CustomId(JsonElement line) => line.GetProperty("custom_id").GetString();

    /// <summary>The status and code of an answer, or the code of a line without one.</summary>
    private static string? Code(JsonElement line) => line.GetProperty("response") is { ValueKind: JsonValueKind.Object } response
        ? $"{response.GetProperty("status_code").GetInt32()} {response.GetProperty("body").GetProperty("error").GetProperty("code").GetString()}"
        : line.GetProperty("error").GetProperty("code").GetString();

    private async Task<string> SubmitAsync(string endpoint, params string[] lines)
    {
        var file = await api.Client.UploadAsync(Encoding.UTF8.GetBytes(string.Join('\n', lines)), "lines.jsonl");
        var batch = await api.Client.PostAsync("/v1/batches", $$"""{"input_file_id":"{{file.Id}}","endpoint":"{{endpoint}}","completion_window":"2h"}""");
        batch.Status.ShouldBe(200, batch.Text);
        batch.Json.GetProperty("status").GetString().ShouldBe("validating");
        return batch.Id;
    }

    private async Task<JsonElement> EndedAsync(string id)
    {
        JsonElement batch = default;
        await Eventually.TrueAsync(async () =>
        {
            batch = (await api.Client.GetAsync($"/v1/batches/{id}")).Json;
            return batch.GetProperty("status").GetString() is "completed" or "failed" or "expired" or "cancelled";
        });
        return batch;
    }

    private async Task<IReadOnlyList<JsonElement>> ContentAsync(JsonElement batch, string file) =>
        [.. (await api.Client.GetAsync($"/v1/files/{batch.GetProperty(file).GetString()}/content")).Text
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonElement.Parse(line))];

    private async Task<IReadOnlyList<JsonElement>> OutputAsync(string id, string query = "", int wait = 0) =>
        (await api.Client.GetAsync($"/v1/batches/{id}/output{query}", ("Prefer", $"wait={wait}"))).Lines;
}
