using Dapper;
using Pipeline.Contracts;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;
using Pipeline.TestSupport.Telemetry;

namespace Pipeline.EndToEnd.Tests.Telemetry;

/// <summary>What processes send, and what they keep to themselves.</summary>
public sealed class ExportTests : IAsyncLifetime
{
    private const int JobsBeside = 300;
    private const int Requests = 40;

    // Of its own for each: jobs that one leaves would be in the traces of the next.
    private PostgresDatabase? _database;

    private PostgresDatabase Database => _database!;

    public async ValueTask InitializeAsync() => _database = await PostgresDatabase.CreateAsync();

    public ValueTask DisposeAsync() => Database.DisposeAsync();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Texts_of_jobs_that_succeed_and_that_fail_are_sent_only_where_that_is_asked_for(bool texts)
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        var settings = await Telling.SettingsAsync(Database, receiver);
        settings["Telemetry:Texts"] = texts ? "true" : "false";
        settings["Worker:JobTimeout"] = "00:00:01";
        settings["Worker:FailuresMax"] = "1";
        settings["Logging:LogLevel:Default"] = "Debug";
        settings["Logging:LogLevel:Pipeline"] = "Information";
        await using var api = await RoleProcess.StartReadyAsync("Api", settings);
        await using var worker = await RoleProcess.StartReadyAsync("Workers.Inference", settings);
        using var http = new HttpClient { BaseAddress = api.Address };

        var done = await Telling.AcceptAsync(http, "/api/emotion", new { text = $"I am so happy: {Telling.Secret} ({texts})" });
        var failed = await Telling.AcceptAsync(http, "/api/report", new { items = Enumerable.Range(0, 300).Select(number => new { question = $"What is {number}?", answer = Telling.Secret }) });
        (await Telling.EndAsync(http, done)).ShouldBe(JobState.Succeeded);
        (await Telling.EndAsync(http, failed)).ShouldBe(JobState.Failed);
        await worker.StopAsync();
        await api.StopAsync();

        receiver.Spans.ShouldContain(span => span.Name == "process emotion" && span.Attributes["pipeline.job.id"] == done);
        var attempt = receiver.Spans.Last(span => span.Name == "process report");
        attempt.Attributes["pipeline.job.state"].ShouldBe(JobState.Failed);
        attempt.IsFailed.ShouldBeTrue();
        receiver.Logs.ShouldNotBeEmpty();
        receiver.Holds(Telling.Secret).ShouldBe(texts);
        (api.Output + api.Errors + worker.Output + worker.Errors).ShouldNotContain(Telling.Secret);
    }

    [Fact]
    public async Task The_trace_of_one_job_is_whole_while_hundreds_run_beside_it()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        var settings = await Telling.SettingsAsync(Database, receiver);
        await using var api = await RoleProcess.StartReadyAsync("Api", settings);
        await using var worker = await RoleProcess.StartReadyAsync("Workers.Inference", settings);
        using var http = new HttpClient { BaseAddress = api.Address };
        var beside = Enumerable.Range(0, JobsBeside).Select(number => Telling.AcceptAsync(http, "/api/emotion", new { text = $"I won {number}!" })).ToArray();

        var id = await Telling.AcceptAsync(http, "/api/emotion", new { text = "In the middle of it." }, Telling.Caller);
        foreach (var other in await Task.WhenAll(beside))
        {
            (await Telling.EndAsync(http, other)).ShouldBe(JobState.Succeeded);
        }

        (await Telling.EndAsync(http, id)).ShouldBe(JobState.Succeeded);
        await worker.StopAsync();
        await api.StopAsync();
        ReceivedSpan[] trace = [.. receiver.Spans.Where(span => span.TraceId == Telling.TraceId)];

        // Jobs of one commit share a message, which is in the trace of the first of them.
        string[] expected = ["accept emotion", "wait emotion", "claim emotion", "process emotion", "complete emotion"];
        expected.Except(trace.Select(span => span.Name)).ShouldBeEmpty();
        foreach (var name in (string[])["accept emotion", "process emotion", "complete emotion"])
        {
            trace.Single(span => span.Name == name).Attributes["pipeline.job.id"].ShouldBe(id);
        }

        trace.Where(span => span.ParentId != Telling.CallerId && trace.All(other => other.SpanId != span.ParentId)).Select(span => span.Name).ShouldBeEmpty();
        receiver.Spans.Where(span => span.Name == "process emotion").Select(span => span.TraceId).Distinct().Count().ShouldBeGreaterThan(1);
    }

    [Fact]
    public async Task The_scheduler_and_the_embedding_worker_send_as_well_and_under_the_name_that_the_environment_gives()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        var settings = await Telling.SettingsAsync(Database, receiver);
        await using var api = await RoleProcess.StartReadyAsync("Api", settings);
        await using var scheduler = await RoleProcess.StartReadyAsync(
            "Scheduler", new Dictionary<string, string?>(settings) { ["OTEL_RESOURCE_ATTRIBUTES"] = "service.name=nights,deployment.environment.name=staging" });
        await using var worker = await RoleProcess.StartReadyAsync("Workers.Embedding", new Dictionary<string, string?>(settings) { ["OTEL_SERVICE_NAME"] = "vectors" });
        using var http = new HttpClient { BaseAddress = api.Address };

        (await Telling.EndAsync(http, await Telling.AcceptAsync(http, "/api/embeddings", new { texts = new[] { "a text" } }))).ShouldBe(JobState.Succeeded);
        (await http.PostAsync("/api/schedules/retention/run", null)).EnsureSuccessStatusCode();
        await Eventually.TrueAsync(() => Task.FromResult(receiver.Spans.Any(span => span.Name == "run retention")));
        await worker.StopAsync();
        await scheduler.StopAsync();
        await api.StopAsync();

        receiver.Spans.Select(span => span.Service).Distinct().ShouldBe(["Pipeline.Api", "nights", "vectors"], ignoreOrder: true);
        var run = receiver.Spans.Single(span => span.Name == "run retention");
        (run.Service, run.ParentId, run.Attributes["pipeline.task.outcome"]).ShouldBe(("nights", "", "succeeded"));
        run.Resource["deployment.environment.name"].ShouldBe("staging");
        receiver.Spans.ShouldAllBe(span => span.Resource["service.namespace"] == "pipeline");
        receiver.Spans.ShouldContain(span => span.Service == "vectors" && span.Name == "process embedding");
        receiver.Spans.ShouldContain(span => span.Service == "vectors" && span.Attributes.GetValueOrDefault("gen_ai.operation.name", "") == "embeddings");
    }

    [Fact]
    public async Task Nothing_is_stored_or_made_of_a_trace_that_is_not_recorded_unless_its_caller_sent_one()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        var settings = await Telling.SettingsAsync(Database, receiver);
        settings["Telemetry:TracesPerSecondMax"] = "1";
        await using var api = await RoleProcess.StartReadyAsync("Api", settings);
        await using var worker = await RoleProcess.StartReadyAsync("Workers.Inference", settings);
        using var http = new HttpClient { BaseAddress = api.Address };

        var jobs = await Task.WhenAll(Enumerable.Range(0, Requests).Select(number => Telling.AcceptAsync(http, "/api/emotion", new { text = $"I won {number}!" })));
        var unwatched = await Telling.AcceptAsync(http, "/api/emotion", new { text = "Nobody watches." }, $"00-{Telling.TraceId}-{Telling.CallerId}-00");
        foreach (var id in jobs.Append(unwatched))
        {
            (await Telling.EndAsync(http, id)).ShouldBe(JobState.Succeeded);
        }

        await worker.StopAsync();
        await api.StopAsync();
        await using var connection = await Database.DataSource.OpenConnectionAsync();
        var stored = (await connection.QueryAsync<string?>("select trace from jobs where id = any(@ids)", new { ids = jobs.Select(Guid.Parse).ToArray() })).ToArray();
        stored.Count(trace => trace is null).ShouldBeGreaterThan(Requests / 2);
        stored.ShouldAllBe(trace => trace == null || trace.EndsWith("-01", StringComparison.Ordinal));
        (await connection.QuerySingleAsync<string>("select trace from jobs where id = @id", new { id = Guid.Parse(unwatched) })).ShouldMatch($"^00-{Telling.TraceId}-.{{16}}-00$");

        // Each span belongs to a trace that a request began, in the worker as well.
        receiver.Spans.ShouldNotContain(span => span.TraceId == Telling.TraceId);
        var begun = receiver.Spans.Where(span => span is { Service: "Pipeline.Api", ParentId: "" }).Select(span => span.TraceId).ToHashSet();
        receiver.Spans.Where(span => !begun.Contains(span.TraceId)).Select(span => span.Name).ShouldBeEmpty();
        receiver.Spans.Where(span => span.ParentId.Length is 0).ShouldAllBe(span => span.Source == "Microsoft.AspNetCore");
        receiver.Metrics.Keys.ShouldContain("pipeline.job.run.duration");
        receiver.Metrics.Keys.ShouldNotContain(name => name.StartsWith("messaging.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(null, 1, Requests / 2)]
    [InlineData("always_on", Requests, Requests)]
    [InlineData("always_off", 0, 0)]
    public async Task The_sampler_of_the_environment_takes_the_place_of_our_limit(string? sampler, int tracesMin, int tracesMax)
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        var settings = await Telling.SettingsAsync(Database, receiver);
        settings["Telemetry:TracesPerSecondMax"] = "5";
        settings["OTEL_TRACES_SAMPLER"] = sampler;
        await using var api = await RoleProcess.StartReadyAsync("Api", settings);
        using var http = new HttpClient { BaseAddress = api.Address };

        await Task.WhenAll(Enumerable.Range(0, Requests).Select(number => Telling.AcceptAsync(http, "/api/emotion", new { text = $"I won {number}!" })));
        await api.StopAsync();

        receiver.Metrics.ShouldNotBeEmpty();
        receiver.Spans.Count(span => span.Name == "accept emotion").ShouldBeInRange(tracesMin, tracesMax);
    }
}
