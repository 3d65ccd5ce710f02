using System.Net;
using Pipeline.Contracts;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Client.Tests.Wire;

public sealed class RetryTests : IDisposable
{
    private const string Queued = """{"id":"019a9c1e-7f00-7000-8000-000000000000","kind":"emotion","state":"queued","new_field":{"which":"older programs do not know"}}""";

    private readonly InstantTime _time = new();
    private readonly ScriptedServer _server = new();

    public void Dispose() => _server.Dispose();

    [Fact]
    public async Task A_full_queue_is_obeyed_for_as_long_as_it_asks()
    {
        _server.ThenProblem(429, "queue-full", "The queue is full", "Soon.", ("Retry-After", "3")).Then(202, Queued);

        (await SubmitAsync()).State.ShouldBe(JobState.Queued);

        _time.Delays.ShouldBe([TimeSpan.FromSeconds(3)]);
    }

    [Fact]
    public async Task A_date_in_Retry_After_is_obeyed_as_well()
    {
        _server.ThenProblem(429, "queue-full", "The queue is full", "Soon.", ("Retry-After", "Thu, 01 Jan 1970 00:00:09 GMT")).Then(202, Queued);

        await SubmitAsync();

        _time.Delays.ShouldBe([TimeSpan.FromSeconds(9)]);
    }

    [Fact]
    public async Task A_date_that_has_passed_says_nothing_and_the_client_waits_as_it_does_by_itself()
    {
        _server.ThenProblem(503, "store-unavailable", "The database cannot be reached", "Soon.", ("Retry-After", "Wed, 31 Dec 1969 23:59:00 GMT")).Then(202, Queued);

        await SubmitAsync();

        _time.Delays.ShouldBe([TimeSpan.FromMilliseconds(250)]);
    }

    [Fact]
    public async Task Every_try_of_a_submission_has_the_same_key_and_body_and_the_next_submission_another()
    {
        _server.ThenProblem(503, "store-unavailable", "The database cannot be reached", "Soon.").ThenBreak().Then(202, Queued).Then(202, Queued);

        await SubmitAsync("하나");
        await SubmitAsync("둘");

        var keys = _server.Requests.ConvertAll(request => request.Headers["Idempotency-Key"]);
        keys[..3].Distinct().ShouldHaveSingleItem();
        keys[3].ShouldNotBe(keys[0]);
        _server.Requests.Select(request => request.Body).Distinct().Count().ShouldBe(2);
        System.Text.Json.JsonElement.Parse(_server.Requests[0].Body).GetProperty("input").GetProperty("text").GetString().ShouldBe("하나");
        _server.Requests.ShouldAllBe(request => request.Headers["Authorization"] == "Bearer pk_key");
    }

    [Fact]
    public async Task A_service_that_stays_away_is_given_up_with_its_own_words()
    {
        for (var tries = 0; tries < 10; tries++)
        {
            _server.ThenProblem(503, "store-unavailable", "The database cannot be reached", "PostgreSQL does not answer.");
        }

        var error = await Should.ThrowAsync<PipelineException>(() => SubmitAsync());

        error.Message.ShouldStartWith("The database cannot be reached. PostgreSQL does not answer. Tried 10 times");
        (error.Status, error.Problem!.Name).ShouldBe((HttpStatusCode.ServiceUnavailable, "store-unavailable"));
        _time.Delays.Count.ShouldBe(9);
        _time.Delays.ShouldBeInOrder();
    }

    [Fact]
    public async Task A_queue_that_stays_full_is_given_up_too()
    {
        for (var tries = 0; tries < 31; tries++)
        {
            _server.ThenProblem(429, "queue-full", "The queue is full", "Wait.", ("Retry-After", "3600"));
        }

        (await Should.ThrowAsync<PipelineException>(() => SubmitAsync())).Message.ShouldStartWith("The queue is full. Wait. It stayed so for 30 minutes");

        _time.Delays.ShouldAllBe(delay => delay == TimeSpan.FromSeconds(60));
    }

    [Theory]
    [InlineData(400, "invalid-input")]
    [InlineData(401, "unauthorized")]
    [InlineData(503, "model-cannot-write")]
    public async Task What_no_repeat_can_mend_is_told_at_once(int status, string name)
    {
        _server.ThenProblem(status, name, "No", "Because.");

        (await Should.ThrowAsync<PipelineException>(() => SubmitAsync())).Problem!.Name.ShouldBe(name);

        _server.Requests.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Refusals_name_every_field()
    {
        _server.Then(
            400,
            """{"title":"The request has invalid input","detail":"a is empty. And 1 more: see errors.","errors":{"a":["is empty."],"b":["is \"x\": send y."]}}""",
            "application/problem+json");

        (await Should.ThrowAsync<PipelineException>(() => SubmitAsync())).Message.ReplaceLineEndings("\n").ShouldBe(
            "The request has invalid input. a is empty. And 1 more: see errors.\n  a is empty.\n  b is \"x\": send y.");
    }

    [Fact]
    public async Task Something_else_at_the_address_is_told_apart()
    {
        _server.Then(200, "<html>", "text/html");

        (await Should.ThrowAsync<NotPipelineException>(() => SubmitAsync())).Message.ShouldContain("http://pipeline.test/ is not a Pipeline API");
    }

    [Fact]
    public async Task A_tool_fails_at_once_where_nothing_ever_answered_and_a_program_waits()
    {
        _server.ThenBreak();
        using var tool = _server.Connect(new() { FailsUnlessAnswered = true, Time = _time });
        (await Should.ThrowAsync<PipelineUnreachableException>(() => SubmitAsync(tool, "a"))).Address!.Host.ShouldBe("pipeline.test");

        _server.ThenBreak().Then(202, Queued);
        (await SubmitAsync()).State.ShouldBe(JobState.Queued);
    }

    [Fact]
    public async Task A_stream_that_breaks_goes_on_where_it_was()
    {
        const string Type = "text/event-stream";
        _server
            .ThenBreakingAfter("event: state\ndata: {\"state\":\"running\",\"attempt\":1}\n\nevent: tokens\nid: 1-2\ndata: {\"attempt\":1,\"offset\":0,\"text\":\"Se\"}\n\nevent: tok", Type)
            .ThenBreak()
            .Then(200, "event: later\ndata: {}\n\nevent: tokens\nid: 1-6\ndata: {\"attempt\":1,\"offset\":2,\"text\":\"oul.\"}\n\n", Type)
            .Then(200, $"event: end\nid: end\ndata: {Queued.Replace("queued", "canceled", StringComparison.Ordinal)}\n\n", Type);
        using var client = _server.Connect(new() { Time = _time });

        List<JobUpdate> updates = [];
        await foreach (var update in client.FollowAsync(Guid.Parse("019a9c1e-7f00-7000-8000-000000000000"), TestContext.Current.CancellationToken))
        {
            updates.Add(update);
        }

        string.Concat(updates.OfType<JobUpdate.TextAdded>().Select(piece => piece.Value)).ShouldBe("Seoul.");
        ((JobUpdate.Ended)updates[^1]).Job.State.ShouldBe(JobState.Canceled);
        _server.Requests.Select(request => request.Headers.GetValueOrDefault("Last-Event-ID")).ShouldBe([null, "1-2", "1-2", "1-6"]);
    }

    [Fact]
    public async Task Results_of_a_batch_go_on_after_the_last_whole_line()
    {
        const string Type = "application/x-ndjson";
        _server
            .ThenBreakingAfter("{\"cursor\":\"1-0\",\"index\":0,\"state\":\"succeeded\"}\n{\"cursor\":\"1-1\",\"ind", Type)
            .Then(200, "{\"cursor\":\"1-1\",\"index\":1,\"state\":\"failed\",\"error\":{\"code\":\"x\",\"message\":\"y\"}}\n{\"cursor\":\"2-0\",\"index\":0,\"state\":\"succeeded\"}\n", Type)
            .Then(200, "{\"cursor\":\"3-0\",\"index\":2,\"state\":\"succeeded\"}\n", Type);
        using var client = _server.Connect(new() { Time = _time });

        List<int> indexes = [];
        await foreach (var result in client.Batches.ReadResultsAsync(new() { Id = Guid.Empty, Items = 3 }, TestContext.Current.CancellationToken))
        {
            indexes.Add(result.Index);
        }

        indexes.ShouldBe([0, 1, 0, 2]);
        _server.Requests[1].Path.ShouldEndWith("?after=1-0");
        _server.Requests[2].Path.ShouldEndWith("?after=2-0");
    }

    [Fact]
    public async Task A_batch_that_breaks_is_sent_again_though_its_source_is_read_once()
    {
        _server.ThenBreak().Then(202, """{"id":"019a9c1e-7f00-7000-8000-000000000001","items":2}""");
        using var client = _server.Connect(new() { Time = _time });
        var reads = 0;

        await client.Batches.SubmitAsync(ItemsAsync(), new() { CallbackUrl = new("https://example.com/hooks?a=b") }, TestContext.Current.CancellationToken);

        reads.ShouldBe(1);
        _server.Requests.Select(request => (request.Body, request.Headers["Idempotency-Key"])).Distinct().ShouldHaveSingleItem();
        _server.Requests[0].Body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(2);
        _server.Requests[0].Path.ShouldBe("/api/jobs/batch?callback_url=https%3A%2F%2Fexample.com%2Fhooks%3Fa%3Db");

        async IAsyncEnumerable<BatchItem> ItemsAsync()
        {
            reads++;
            yield return BatchItem.Of(new AnalyzeEmotion { Text = "a" }, "1");
            await Task.Yield();
            yield return BatchItem.Of(new AnalyzeEmotion { Text = "b" }, "2");
        }
    }

    private async Task<Job<EmotionResult>> SubmitAsync(string text = "a")
    {
        using var client = _server.Connect(new() { ApiKey = "pk_key", Time = _time });
        return await SubmitAsync(client, text);
    }

    private static Task<Job<EmotionResult>> SubmitAsync(PipelineClient client, string text) =>
        client.SubmitAsync(new AnalyzeEmotion { Text = text }, JobOptions.Default, TestContext.Current.CancellationToken);
}
