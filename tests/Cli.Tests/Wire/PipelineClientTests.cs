using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pipeline.Cli.Wire;

namespace Pipeline.Cli.Tests.Wire;

public sealed class PipelineClientTests
{
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(7.2);

    private readonly InstantTime _time = new();

    [Fact]
    public async Task A_full_queue_is_obeyed_for_as_long_as_it_asks()
    {
        await using var pipeline = await FakePipeline.StartAsync();
        pipeline.Troubles.Enqueue(FakePipeline.Problem(429, "The queue is full", "", retryAfter: "3"));

        var jobs = await SubmitAsync(pipeline, "joy 0.9");

        jobs.Single().Job.Answer!.Emotion.ShouldBe("joy");
        _time.Delays.ShouldBe([TimeSpan.FromSeconds(3)]);
    }

    [Fact]
    public async Task A_date_in_Retry_After_is_obeyed_as_well()
    {
        await using var pipeline = await FakePipeline.StartAsync();
        pipeline.Troubles.Enqueue(FakePipeline.Problem(429, "The queue is full", "", retryAfter: "Thu, 01 Jan 1970 00:00:09 GMT"));

        await SubmitAsync(pipeline, "joy 0.9");

        _time.Delays.ShouldBe([TimeSpan.FromSeconds(9)]);
    }

    [Fact]
    public async Task Every_try_of_a_submission_has_the_same_key_and_body_and_the_next_submission_another()
    {
        await using var pipeline = await FakePipeline.StartAsync();
        using var http = Connect(pipeline, out var client);
        pipeline.Troubles.Enqueue(FakePipeline.Problem(503, "The database cannot be reached", "Soon."));
        pipeline.Troubles.Enqueue(Break);

        await client.SubmitAsync(EmotionRequest.Of(["a", "b"], "bulk"), Hold, TestContext.Current.CancellationToken);
        await client.SubmitAsync(EmotionRequest.Of(["c"], null), Hold, TestContext.Current.CancellationToken);

        var posts = pipeline.Posts.ToArray();
        posts.Length.ShouldBe(4);
        posts[..3].Select(post => post.IdempotencyKey).Distinct().Count().ShouldBe(1);
        posts[..3].ShouldAllBe(post => post.Body == """{"texts":["a","b"],"priority":"bulk"}""");
        posts[3].IdempotencyKey.ShouldNotBe(posts[0].IdempotencyKey);
        posts[3].Body.ShouldBe("""{"text":"c"}""");
        posts.ShouldAllBe(post => post.Prefer == "wait=8");
    }

    [Fact]
    public async Task A_service_that_stays_away_is_given_up_with_its_own_words()
    {
        await using var pipeline = await FakePipeline.StartAsync();
        for (var i = 0; i < RetryBudget.TriesMax; i++)
        {
            pipeline.Troubles.Enqueue(FakePipeline.Problem(503, "The database cannot be reached", "PostgreSQL does not answer."));
        }

        var error = await Should.ThrowAsync<CommandException>(() => SubmitAsync(pipeline, "a"));

        error.Message.ShouldStartWith("The database cannot be reached. PostgreSQL does not answer. Tried 10 times");
        _time.Delays.Count.ShouldBe(RetryBudget.TriesMax - 1);
        _time.Delays.ShouldBeInOrder();
    }

    [Fact]
    public async Task A_queue_that_stays_full_is_given_up_too()
    {
        var budget = new RetryBudget();
        var busy = new Attempt.Busy(TimeSpan.FromHours(1), "The queue is full.");
        for (var i = 0; i < RetryBudget.BusyMax / RetryBudget.DelayMax; i++)
        {
            budget.Next(busy).ShouldBe(RetryBudget.DelayMax);
        }

        Should.Throw<CommandException>(() => budget.Next(busy)).Message.ShouldStartWith("The queue is full. It stayed so for 30 minutes");
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Refusals_are_not_tried_again_and_name_every_field()
    {
        await using var pipeline = await FakePipeline.StartAsync();
        var errors = new JsonObject
        {
            ["texts[0]"] = new JsonArray("is empty: send a text."),
            ["priority"] = new JsonArray("is \"x\": send bulk or interactive."),
        };
        pipeline.Troubles.Enqueue(FakePipeline.Problem(400, "The request has invalid input", "texts[0] is empty: send a text. And 1 more: see errors.", errors: errors));

        var error = await Should.ThrowAsync<CommandException>(() => SubmitAsync(pipeline, ""));

        error.Message.ReplaceLineEndings("\n").ShouldBe(
            """
            The request has invalid input. texts[0] is empty: send a text. And 1 more: see errors.
              texts[0] is empty: send a text.
              priority is "x": send bulk or interactive.
            """.ReplaceLineEndings("\n"));
        pipeline.Posts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_missing_key_tells_how_to_get_one()
    {
        await using var pipeline = await FakePipeline.StartAsync(apiKey: "pk_right");

        var error = await Should.ThrowAsync<CommandException>(() => SubmitAsync(pipeline, "a", apiKey: "pk_wrong"));
        await SubmitAsync(pipeline, "a", apiKey: "pk_right");

        error.Message.ShouldContain("./run keys add NAME");
    }

    [Fact]
    public async Task Something_else_at_the_address_is_told_apart()
    {
        await using var pipeline = await FakePipeline.StartAsync();
        pipeline.Troubles.Enqueue(context => context.Response.WriteAsync("<html>"));

        var error = await Should.ThrowAsync<CommandException>(() => SubmitAsync(pipeline, "a"));

        error.Message.ShouldContain("is not a Pipeline API");
    }

    private static Task Break(HttpContext context)
    {
        context.Abort();
        return Task.CompletedTask;
    }

    private async Task<IReadOnlyList<JobDocument>> SubmitAsync(FakePipeline pipeline, string text, string? apiKey = null)
    {
        using var http = Connect(pipeline, out var client, apiKey);
        return await client.SubmitAsync(EmotionRequest.Of([text], null), Hold, TestContext.Current.CancellationToken);
    }

    private HttpClient Connect(FakePipeline pipeline, out PipelineClient client, string? apiKey = null)
    {
        var server = new Server(new Uri(pipeline.Url + "/"), apiKey);
        var http = server.Connect();
        client = new PipelineClient(http, server, _time);
        return http;
    }
}
