using System.Text.Json;
using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Batches;

public sealed class BatchSubmitTests(LocalApi api)
{
    private static readonly string[] Two =
    [
        """{"kind":"emotion","input":{"text":"좋아요 😀"},"key":"review-1"}""",
        """{"kind":"emotion","input":{"text":"reject"}}""",
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_array_and_lines_become_a_batch_whose_results_say_which_item_they_are_of(bool asLines)
    {
        var answer = asLines
            ? await api.Client.PostLinesAsync("/api/jobs/batch", Two)
            : await api.Client.PostAsync("/api/jobs/batch", $" [{string.Join(" ,\n", Two)}] \n");

        answer.Status.ShouldBe(202);
        answer.Headers["Location"].ShouldBe($"/api/batches/{answer.Id}");
        answer.Json.GetProperty("items").GetInt32().ShouldBe(2);
        var results = (await ResultsAsync(answer.Id)).OrderBy(line => line.GetProperty("index").GetInt32()).ToArray();
        results.Length.ShouldBe(2);
        results[0].GetProperty("key").GetString().ShouldBe("review-1");
        results[0].GetProperty("result").GetProperty("emotion").GetString().ShouldBe("joy");
        results[1].TryGetProperty("key", out _).ShouldBeFalse();
        results[1].GetProperty("error").GetProperty("code").GetString().ShouldBe("rejected");

        var batch = await api.Client.GetAsync($"/api/batches/{answer.Id}");
        batch.State.ShouldBe("finished");
        batch.Json.GetProperty("progress").GetDouble().ShouldBe(1);
        batch.Json.GetProperty("counts").GetProperty("failed").GetInt32().ShouldBe(1);
        var job = await api.Client.GetAsync($"/api/jobs/{results[0].GetProperty("id").GetString()}");
        job.Json.GetProperty("batch_id").GetString().ShouldBe(answer.Id);
        job.Json.GetProperty("queue").GetString().ShouldBe("emotion-bulk");
    }

    [Fact]
    public async Task With_the_kind_in_the_query_an_item_is_the_input_itself()
    {
        var answer = await api.Client.PostLinesAsync(
            "/api/jobs/batch?kind=emotion", ["""{"text":"a","key":"k"}""", "", "  \r", """{"text":"b"}"""]);

        answer.Status.ShouldBe(202, answer.Json.ToString());
        (await ResultsAsync(answer.Id)).Select(Key).Order().ShouldBe([null, "k"]);
    }

    [Fact]
    public async Task One_bad_item_refuses_the_batch_and_is_named()
    {
        // As many as no other batch of these tests has.
        const int Count = 37;
        var items = Enumerable.Range(0, Count).Select(i => i is 17 ? """{"text":" "}""" : """{"text":"fine"}""");

        var answer = await api.Client.PostLinesAsync("/api/jobs/batch?kind=emotion", items);

        answer.ShouldBlame("items[17].text", "is empty, or has nothing that can be seen").Says("items[17].text");
        (await api.Client.GetAsync("/api/batches?limit=100")).Json.GetProperty("batches").EnumerateArray()
            .ShouldNotContain(batch => batch.GetProperty("items").GetInt32() == Count);
    }

    [Fact]
    public async Task All_bad_items_are_told_at_once()
    {
        var answer = await api.Client.PostAsync("/api/jobs/batch", """
            [{"kind":"emotion","input":{"text":1}},{"kind":"magic","input":{}},{"input":{"text":"a"},"priority":"bulk"},
             7,{"kind":"emotion","input":{"text":"a"},"key":""},{"kind":"emotion","input":{"text":"a","text":"b"}}]
            """);

        answer.ShouldBlame("items[0].input.text", "is a number")
            .Blames("items[1].kind", "does not exist")
            .Blames("items[2].kind", "is required")
            .Blames("items[2].priority", "is not a known field")
            .Blames("items[3]", "is a number; expected an object")
            .Blames("items[4].key", "has 0 characters")
            .Blames("items[5].input.text", "more than once");
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("{}", "is no array")]
    [InlineData("[{\"kind\":\"emotion\"", "ends before its array does")]
    [InlineData("[{} {}]", "after items[0]")]
    [InlineData("[{},]", "after items[0]")]
    [InlineData("[{}] x", "continues after its array")]
    public async Task A_body_that_is_no_array_is_refused_with_the_place(string body, string message) =>
        (await api.Client.PostAsync("/api/jobs/batch", body)).ShouldBeProblem(400, "not-json").Blames("body", message);

    [Fact]
    public async Task A_line_that_is_no_json_is_named_by_its_item() =>
        (await api.Client.PostLinesAsync("/api/jobs/batch?kind=emotion", ["""{"text":"a"}""", """{"text":"a" """]))
            .ShouldBlame("items[1]", "is not JSON");

    [Theory]
    [InlineData("[]")]
    [InlineData(" [ ] ")]
    public async Task A_batch_of_nothing_is_refused(string body) =>
        (await api.Client.PostAsync("/api/jobs/batch", body)).ShouldBlame("body", "has no items");

    [Fact]
    public async Task Another_media_type_is_refused() =>
        (await api.Client.SendAsync(HttpMethod.Post, "/api/jobs/batch", new StringContent("a,b"))).ShouldBeProblem(415, "unsupported-media-type");

    [Fact]
    public async Task A_repeat_with_the_key_gets_the_first_batch_however_it_is_written()
    {
        var key = ("Idempotency-Key", Guid.CreateVersion7().ToString());
        var first = await api.Client.PostLinesAsync("/api/jobs/batch", Two, key);
        var repeat = await api.Client.PostAsync("/api/jobs/batch", $"[{string.Join(",", Two.Select(item => item.Replace(":{", " : { ", StringComparison.Ordinal)))}]", key);
        var other = await api.Client.PostLinesAsync("/api/jobs/batch", [.. Two, Two[0]], key);
        var job = await api.Client.PostAsync("/api/emotion", """{"text":"a"}""", key);

        repeat.Id.ShouldBe(first.Id);
        repeat.Headers["Idempotency-Replayed"].ShouldBe("true");
        first.Headers.ShouldNotContainKey("Idempotency-Replayed");
        other.ShouldBeProblem(422, "idempotency-key-reused");
        job.ShouldBeProblem(422, "idempotency-key-reused");
    }

    [Fact]
    public async Task The_bounds_of_a_batch_are_told_by_name()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var host = await ApiHost.StartAsync(
            database.ConnectionString, worker: null, ("Queues:emotion-bulk:DepthMax", "3"), ("Api:BatchItemsMax", "5"), ("Api:BodyBytesMax", "1024"), ("Api:BatchBytesMax", "5000"));
        using var client = host.Client();
        Task<Answer> Send(int count, string text = "a") =>
            client.PostLinesAsync("/api/jobs/batch?kind=emotion", Enumerable.Repeat($$"""{"text":"{{text}}"}""", count));

        (await Send(6)).ShouldBlame("body", "Api:BatchItemsMax");
        (await Send(4)).ShouldBlame("body", "Queues:emotion-bulk:DepthMax");
        (await Send(1, new('a', 2_000))).ShouldBeProblem(413, "body-too-large").Says("items[0]");
        (await Send(100, new('a', 900))).ShouldBeProblem(413, "body-too-large").Says("Api:BatchBytesMax");
        (await Send(2)).Status.ShouldBe(202);

        var full = await Send(2);

        full.ShouldBeProblem(429, "queue-full").Says("Queues:emotion-bulk:DepthMax");
        int.Parse(full.Headers["Retry-After"], null).ShouldBeGreaterThan(0);
        (await CountAsync(database, "jobs")).ShouldBe(2);
    }

    [Fact]
    public async Task A_client_that_leaves_in_the_middle_leaves_nothing()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, worker: null);
        using var client = host.Client();

        IEnumerable<string> Leaving()
        {
            for (var i = 0; i < 10_000; i++)
            {
                yield return """{"text":"a"}""";
            }

            throw new IOException("The client's power failed.");
        }

        await Should.ThrowAsync<Exception>(() => client.PostLinesAsync("/api/jobs/batch?kind=emotion", Leaving()));

        // Behind it in the same database, so that whatever the first one did is done.
        (await client.PostLinesAsync("/api/jobs/batch?kind=emotion", ["""{"text":"b"}"""])).Status.ShouldBe(202);
        (await CountAsync(database, "jobs")).ShouldBe(1);
        (await CountAsync(database, "batches")).ShouldBe(1);
    }

    [Fact]
    public async Task A_disk_that_does_not_take_the_batch_is_named()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, worker: null, ("Api:BatchSpoolDirectory", "/nowhere"));
        using var client = host.Client();

        (await client.PostLinesAsync("/api/jobs/batch?kind=emotion", ["""{"text":"a"}"""]))
            .ShouldBeProblem(503, "spool-unavailable").Says("Api:BatchSpoolDirectory");
    }

    internal static async Task<long> CountAsync(PostgresDatabase database, string table)
    {
        await using var command = database.DataSource.CreateCommand($"select count(*) from {table}");
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private static string? Key(JsonElement line) => line.TryGetProperty("key", out var key) ? key.GetString() : null;

    private async Task<IReadOnlyList<JsonElement>> ResultsAsync(string id) =>
        (await api.Client.GetAsync($"/api/batches/{id}/results", ("Prefer", "wait=60"))).Lines;
}
