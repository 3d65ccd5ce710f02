using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Api.Tests.Steering;

/// <summary>Many jobs at once, by a filter.</summary>
public sealed class JobActionsTests
{
    [Fact]
    public async Task A_client_cancels_and_retries_its_own_jobs_and_no_others()
    {
        await using var api = await SteeredApi.StartAsync(works: false);
        using var other = api.Host.Client(await api.Host.AddKeyAsync("other"));
        var foreign = await api.SubmitAsync("theirs", other);
        await api.Client.PostAsync("/api/emotion", $$"""{"texts":[{{string.Join(',', Enumerable.Range(0, 30).Select(i => $"\"t{i}\""))}}]}""");
        await api.Client.PostAsync("/api/embeddings", """{"text":"a"}""");

        (await api.Client.PostAsync("/api/jobs/cancel", """{"kind":"emotion","dry_run":true}""")).Json.ToString().ShouldBe("""{"matched":30,"more":false}""");
        var canceled = await RunAsync(api, api.Client, "cancel", """{"kind":"emotion"}""");

        canceled.Json.GetProperty("changed").GetInt64().ShouldBe(30);
        canceled.Json.GetProperty("client").GetString().ShouldBe("web");
        (await StatesAsync(api)).ShouldBe([("canceled", 30), ("queued", 2)]);
        (await other.GetAsync($"/api/jobs/{foreign}")).State.ShouldBe("queued");

        // What does not wait any more takes no turn from others.
        (await api.QueryAsync<int>("select count(*)::int from dispatches where dispatched_at is null and queue = 'emotion'")).ShouldBeLessThan(2);

        (await RunAsync(api, api.Client, "retry", """{"states":["canceled"]}""")).Json.GetProperty("changed").GetInt64().ShouldBe(30);
        (await StatesAsync(api)).ShouldBe([("queued", 32)]);
    }

    [Fact]
    public async Task Jobs_of_one_queue_are_canceled_and_retried_and_those_of_the_kinds_other_queue_stay()
    {
        await using var api = await SteeredApi.StartAsync(works: false);
        await api.SubmitAsync("interactive");
        await api.Client.PostAsync("/api/jobs/batch?kind=emotion", """[{"text":"a"},{"text":"b"}]""");

        (await api.Client.PostAsync("/api/jobs/cancel", """{"queue":"emotion-bulk","dry_run":true}""")).Json.GetProperty("matched").GetInt64().ShouldBe(2);
        var canceled = await RunAsync(api, api.Client, "cancel", """{"queue":"emotion-bulk"}""");

        canceled.Json.GetProperty("changed").GetInt64().ShouldBe(2);
        canceled.Json.GetProperty("queue").GetString().ShouldBe("emotion-bulk");
        (await StatesAsync(api)).ShouldBe([("canceled", 2), ("queued", 1)]);

        await RunAsync(api, api.Client, "cancel", """{"queue":"emotion"}""");
        (await RunAsync(api, api.Client, "retry", """{"queue":"emotion","states":["canceled"]}""")).Json.GetProperty("changed").GetInt64().ShouldBe(1);
        (await StatesAsync(api)).ShouldBe([("canceled", 2), ("queued", 1)]);
        (await api.QueryAsync<string>("select string_agg(distinct queue, ',') from jobs where state = 'queued'")).ShouldBe("emotion");
    }

    [Fact]
    public async Task An_operator_acts_for_one_client_or_for_all_and_the_audit_counts()
    {
        await using var api = await SteeredApi.StartAsync(works: false);
        using var other = api.Host.Client(await api.Host.AddKeyAsync("other"));
        await api.SubmitAsync("a");
        await api.SubmitAsync("b", other);

        var one = await RunAsync(api, api.Operator, "cancel", """{"client":"other"}""");
        var all = await RunAsync(api, api.Operator, "cancel", """{"client":"*"}""");

        one.Json.GetProperty("changed").GetInt64().ShouldBe(1);
        (all.Json.GetProperty("changed").GetInt64(), all.Json.GetProperty("client").GetString()).ShouldBe((1, "*"));
        var entries = (await api.Operator.GetAsync("/api/audit?action=cancelJobs")).Json.GetProperty("entries").EnumerateArray().ToArray();
        entries.Select(entry => entry.GetProperty("id").GetString()).ShouldBe([all.Id, one.Id]);
        entries[1].GetProperty("affected").GetInt64().ShouldBe(1);
        entries[1].GetProperty("body").ToString().ShouldBe("""{"client":"other"}""");
        (await api.Client.GetAsync($"/api/jobs/actions/{one.Id}")).ShouldBeProblem(404, "job-action-not-found");
        (await api.Client.PostAsync("/api/jobs/cancel", """{"client":"*"}""")).ShouldBeProblem(403, "forbidden");
    }

    [Fact]
    public async Task Thousands_are_changed_page_by_page_by_code_and_time()
    {
        await using var api = await SteeredApi.StartAsync(works: false);
        await api.QueryAsync<long>("""
            with made as (
                insert into jobs (id, client_id, kind, queue, input, state, finished_at, error_code)
                select encode(decode(lpad(to_hex((extract(epoch from now()) * 1000)::bigint - 20000 + n), 12, '0') || '7000' || '8000' || lpad(to_hex(n), 12, '0'), 'hex'), 'hex')::uuid,
                       (select id from clients where name = 'web'), 'emotion', 'emotion', '{"text":"a"}', 'failed', now(), case when n % 2 = 0 then 'timeout' else 'exception' end
                  from generate_series(1, 12000) as n returning 1)
            select count(*) from made
            """);

        var action = await RunAsync(api, api.Client, "retry", """{"error_code":"timeout"}""");

        action.Json.GetProperty("changed").GetInt64().ShouldBe(6000);
        action.Json.GetProperty("progress").GetDouble().ShouldBe(1);
        (await StatesAsync(api)).ShouldBe([("failed", 6000), ("queued", 6000)]);
        (await RunAsync(api, api.Client, "cancel", """{"created_before":"2020-01-01T00:00:00Z"}""")).Json.GetProperty("changed").GetInt64().ShouldBe(0);
    }

    [Fact]
    public async Task Thousands_are_erased_and_what_is_not_final_only_where_it_is_named()
    {
        await using var api = await SteeredApi.StartAsync(works: false);
        await api.QueryAsync<long>("""
            with made as (
                insert into jobs (id, client_id, kind, queue, input, state, finished_at)
                select encode(decode(lpad(to_hex((extract(epoch from now()) * 1000)::bigint - 20000 + n), 12, '0') || '7000' || '8000' || lpad(to_hex(n), 12, '0'), 'hex'), 'hex')::uuid,
                       (select id from clients where name = 'web'), 'emotion', 'emotion', '{"text":"a"}', 'failed', now() from generate_series(1, 7000) as n returning 1)
            select count(*) from made
            """);
        await api.SubmitAsync("waits");

        (await api.Client.PostAsync("/api/jobs/erase", """{"dry_run":true}""")).Json.GetProperty("matched").GetInt64().ShouldBe(7000);
        var action = await RunAsync(api, api.Client, "erase", "{}");

        (action.Json.GetProperty("changed").GetInt64(), action.Json.GetProperty("scope").GetString()).ShouldBe((7000, "jobs"));
        (await StatesAsync(api)).ShouldBe([("queued", 1)]);
        var entry = (await api.Operator.GetAsync("/api/audit?action=eraseJobs")).Json.GetProperty("entries").EnumerateArray().First();
        entry.GetProperty("affected").GetInt64().ShouldBe(7000);
        (await RunAsync(api, api.Client, "erase", """{"states":["queued"]}""")).Json.GetProperty("changed").GetInt64().ShouldBe(1);
        (await api.QueryAsync<int>("select count(*)::int from jobs")).ShouldBe(0);
    }

    [Theory]
    [InlineData("cancel", """{"states":["failed"]}""", "states", "to cancel, send some of queued, running")]
    [InlineData("retry", """{"states":["queued"]}""", "states", "to retry, send some of failed, canceled, expired")]
    [InlineData("retry", """{"states":[]}""", "states", "is empty")]
    [InlineData("retry", """{"states":[7]}""", "states[0]", "string")]
    [InlineData("cancel", """{"kind":"emotions"}""", "kind", "send one of")]
    [InlineData("retry", """{"queue":"emotions"}""", "queue", "send one of")]
    [InlineData("cancel", """{"created_after":"yesterday"}""", "created_after", "RFC 3339")]
    [InlineData("cancel", """{"created_after":"2026-01-02T00:00:00Z","created_before":"2026-01-01T00:00:00Z"}""", "created_after", "is not before created_before")]
    [InlineData("cancel", """{"dry":true}""", "dry", "known")]
    [InlineData("erase", """{"states":["gone"]}""", "states", "to erase, send some of queued")]
    [InlineData("erase", """{"user":""}""", "user", "send 1 to 200")]
    public async Task A_filter_that_means_nothing_is_refused(string action, string json, string field, string reason)
    {
        await using var api = await SteeredApi.StartAsync(works: false);

        (await api.Client.PostAsync($"/api/jobs/{action}", json)).ShouldBlame(field, reason);
        (await api.Operator.PostAsync($"/api/jobs/{action}", """{"client":"nobody"}""")).ShouldBlame("client", "no client of this name");
    }

    [Theory]
    [InlineData("cancel")]
    [InlineData("retry")]
    [InlineData("erase")]
    public async Task Every_example_of_the_document_is_accepted(string action)
    {
        await using var api = await SteeredApi.StartAsync(works: false);
        var operation = (await api.Client.GetAsync("/openapi/v1.json")).Json.GetProperty("paths").GetProperty($"/api/jobs/{action}").GetProperty("post");

        foreach (var example in operation.GetProperty("requestBody").GetProperty("content").GetProperty("application/json").GetProperty("examples").EnumerateObject())
        {
            (await api.Client.PostAsync($"/api/jobs/{action}", example.Value.GetProperty("value").GetRawText())).Status.ShouldBeInRange(200, 202, example.Name);
        }
    }

    [Fact]
    public async Task An_action_can_be_stopped_and_is_listed()
    {
        await using var api = await SteeredApi.StartAsync(works: false);
        var action = await RunAsync(api, api.Client, "cancel", "{}");

        (await api.Client.DeleteAsync($"/api/jobs/actions/{action.Id}")).State.ShouldBe("done");
        (await api.Client.GetAsync("/api/jobs/actions")).Json.GetProperty("actions").EnumerateArray().ShouldHaveSingleItem().GetProperty("id").GetString().ShouldBe(action.Id);
        (await api.Client.DeleteAsync($"/api/jobs/actions/{Guid.CreateVersion7()}")).ShouldBeProblem(404, "job-action-not-found");
    }

    private static async Task<Answer> RunAsync(SteeredApi api, ApiClient client, string action, string json)
    {
        var added = await client.PostAsync($"/api/jobs/{action}", json);
        added.Status.ShouldBe(202, added.Text);
        await Eventually.TrueAsync(async () => (await client.GetAsync(added.Headers["Location"])).State is "done");
        return await client.GetAsync(added.Headers["Location"]);
    }

    private static async Task<IReadOnlyList<(string State, int Count)>> StatesAsync(SteeredApi api)
    {
        var rows = await api.QueryAsync<string>("select string_agg(state || ' ' || n, ',' order by state) from (select state, count(*) as n from jobs group by state) as states");
        return [.. rows.Split(',').Select(row => row.Split(' ')).Select(row => (row[0], int.Parse(row[1], null)))];
    }
}
