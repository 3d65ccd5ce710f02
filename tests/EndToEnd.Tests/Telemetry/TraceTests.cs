using System.Globalization;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;
using Pipeline.TestSupport.Telemetry;
using Pipeline.TestSupport.Webhooks;

namespace Pipeline.EndToEnd.Tests.Telemetry;

public sealed class TraceTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const int Items = 60;
    private const int Texts = 200;

    [Fact]
    public async Task One_trace_follows_a_streamed_job_over_two_workers_to_its_webhook()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        await using var webhooks = await WebhookReceiver.StartAsync();
        var settings = await SettingsAsync(receiver);
        await using var api = await RoleProcess.StartReadyAsync("Api", settings);
        using var http = new HttpClient { BaseAddress = api.Address };
        (await http.PostAsync("/api/webhooks/secrets", null)).EnsureSuccessStatusCode();
        var first = await RoleProcess.StartReadyAsync("Workers.Inference", settings);

        var id = await AcceptAsync(http, $"{webhooks.Address}/hook");
        await using var events = await FollowAsync(http, id);
        await NextAsync(events, "progress", progress => progress.GetProperty("done").GetDouble() > 0);
        (await first.StopAsync()).ShouldBe(0);
        await using var second = await RoleProcess.StartReadyAsync("Workers.Inference", settings);
        await NextAsync(events, "end", _ => true);

        var webhook = await webhooks.NextAsync();
        webhook.Headers["traceparent"].ShouldContain(Telling.TraceId);
        await second.StopAsync();
        await api.StopAsync();
        ReceivedSpan[] trace = [.. receiver.Spans.Where(span => span.TraceId == Telling.TraceId)];
        string[] expected =
            ["accept report", "send report", "wait report", "claim report", "process report", "complete report", "prefill", "decode", "deliver webhook", "POST"];
        expected.Except(trace.Select(span => span.Name)).ShouldBeEmpty(string.Join(", ", trace.Select(span => span.Name).Distinct()));
        var attempts = trace.Where(span => span.Name == "process report").OrderBy(span => span.Start).ToArray();
        attempts.Length.ShouldBeGreaterThanOrEqualTo(2);
        attempts.ShouldAllBe(span => span.Attributes["pipeline.job.id"] == id);
        attempts.Select(span => span.Attributes["pipeline.job.state"]).ShouldBe([.. Enumerable.Repeat("queued", attempts.Length - 1), "succeeded"]);
        attempts[0].Links.ShouldBeEmpty();
        attempts.Skip(1).Select(span => span.Links.Single()).ShouldBe(attempts.SkipLast(1).Select(span => span.SpanId));
        trace.Select(span => span.Service).Distinct().ShouldBe(["Pipeline.Api", "Pipeline.Workers.Inference"], ignoreOrder: true);
        receiver.Spans.Where(span => span.TraceId != Telling.TraceId && span.Name.Contains("report", StringComparison.Ordinal)).ShouldBeEmpty();

        // Every span but the caller's own is there.
        trace.Where(span => span.ParentId.Length > 0 && span.ParentId != Telling.CallerId && trace.All(other => other.SpanId != span.ParentId))
            .Select(span => span.Name).ShouldBeEmpty();
        receiver.Holds(Telling.Secret).ShouldBeFalse();
        AssertConventions(trace);
        string[] metrics = ["pipeline.jobs.accepted", "pipeline.jobs.retried", "pipeline.job.queue.duration", "gen_ai.client.token.usage"];
        metrics.Except(receiver.Metrics.Keys).ShouldBeEmpty();
        receiver.Metrics.Keys.Where(name => name.StartsWith("gen_ai.", StringComparison.Ordinal))
            .Where(name => receiver.MetricTags.GetValueOrDefault((name, "gen_ai.provider.name")) != "pipeline" || !receiver.MetricTags.ContainsKey((name, "gen_ai.operation.name")))
            .ShouldBeEmpty();
        receiver.Metrics.Keys.ShouldNotContain(name => name.StartsWith("pipeline.client.", StringComparison.Ordinal));
        trace.Concat(receiver.Spans).Select(span => span.Source).Distinct().ShouldBeSubsetOf(
            ["Pipeline", "Pipeline.Inference", "MassTransit", "Npgsql", "Microsoft.AspNetCore", "System.Net.Http"]);
        trace.Select(span => span.Source).ShouldContain("MassTransit");
        trace.Select(span => span.Source).ShouldContain("Npgsql");
        receiver.Logs.ShouldNotBeEmpty();
        AssertJsonLines(api.Output);
        AssertJsonLines(second.Output);
    }

    [Fact]
    public async Task Of_a_batch_as_many_jobs_are_traced_as_traces_may_begin()
    {
        await using var receiver = await OtlpReceiver.StartAsync();
        var settings = await SettingsAsync(receiver);
        settings["Telemetry:TracesPerSecondMax"] = "5";
        await using var api = await RoleProcess.StartReadyAsync("Api", settings);
        await using var worker = await RoleProcess.StartReadyAsync("Workers.Inference", settings);
        using var http = new HttpClient { BaseAddress = api.Address };

        using var posted = await http.PostAsync("/api/jobs/batch?kind=emotion", JsonContent.Create(Enumerable.Range(0, Texts).Select(number => new { text = $"I won {number}!" })));
        var batch = await posted.Content.ReadFromJsonAsync<JsonElement>();
        await Eventually.TrueAsync(async () =>
            (await http.GetFromJsonAsync<JsonElement>($"/api/batches/{batch.GetProperty("id").GetString()}")).GetProperty("counts").GetProperty("succeeded").GetInt32() == Texts);
        await worker.StopAsync();
        await api.StopAsync();

        // Five, and five more for each second that a busy machine took to write them.
        var attempts = receiver.Spans.Where(span => span.Name == "process emotion-bulk").ToArray();
        attempts.Length.ShouldBeInRange(1, Texts / 2);
        attempts.Select(span => span.TraceId).Distinct().Count().ShouldBe(1);
        var accepted = receiver.Spans.Single(span => span.Name == "accept emotion-bulk");
        accepted.Attributes["messaging.batch.message_count"].ShouldBe($"{Texts}");
        attempts.ShouldAllBe(span => span.TraceId == accepted.TraceId && span.ParentId == accepted.SpanId);
    }

    private async Task<Dictionary<string, string?>> SettingsAsync(OtlpReceiver receiver)
    {
        var settings = await Telling.SettingsAsync(database, receiver);

        // A worker that is stopped gives back what it runs.
        settings["Worker:DrainTimeout"] = "00:00:00";
        settings["Webhooks:AllowPrivateTargets"] = "true";
        settings["Webhooks:AllowHttp"] = "true";
        return settings;
    }

    private static Task<string> AcceptAsync(HttpClient http, string callback)
    {
        var items = Enumerable.Range(0, Items).Select(number => new { question = $"What is {number}?", answer = Telling.Secret });
        return Telling.AcceptAsync(http, "/api/report", new { items, callback_url = callback }, Telling.Caller);
    }

    private static async Task<IAsyncEnumerator<SseItem<string>>> FollowAsync(HttpClient http, string id) =>
        SseParser.Create(await http.GetStreamAsync($"/api/jobs/{id}/events")).EnumerateAsync().GetAsyncEnumerator();

    private static async Task<JsonElement> NextAsync(IAsyncEnumerator<SseItem<string>> events, string name, Func<JsonElement, bool> holds)
    {
        while (await events.MoveNextAsync())
        {
            if (events.Current.EventType == name && JsonElement.Parse(events.Current.Data) is var data && holds(data))
            {
                return data;
            }
        }

        throw new InvalidOperationException($"The stream ended without the event {name}.");
    }

    /// <summary>What OpenTelemetry's messaging and GenAI conventions ask of spans.</summary>
    private static void AssertConventions(ReceivedSpan[] trace)
    {
        foreach (var (operation, type) in ((string, string?)[])[("accept", null), ("send", "send"), ("process", "process"), ("complete", null)])
        {
            var span = trace.First(span => span.Name == $"{operation} report").Attributes;
            span["messaging.system"].ShouldBe("rabbitmq");
            span["messaging.destination.name"].ShouldBe("report");
            span["messaging.operation.name"].ShouldBe(operation);
            span.GetValueOrDefault("messaging.operation.type").ShouldBe(type);
        }

        // One that was stopped has no tokens to tell.
        var asked = trace.Where(span => span.Source == "Pipeline.Inference" && span.Attributes.ContainsKey("gen_ai.usage.input_tokens")).ToArray();
        asked.ShouldNotBeEmpty();
        foreach (var span in asked)
        {
            span.Attributes["gen_ai.provider.name"].ShouldBe("pipeline");
            span.Name.ShouldBe($"{span.Attributes["gen_ai.operation.name"]} {span.Attributes["gen_ai.request.model"]}");
            int.Parse(span.Attributes["gen_ai.usage.input_tokens"], CultureInfo.InvariantCulture).ShouldBePositive();
        }
    }

    private static void AssertJsonLines(string output)
    {
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            JsonElement.Parse(line).GetProperty("Message").GetString().ShouldNotBeNull();
        }
    }
}
