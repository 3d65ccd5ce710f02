using System.Text.Json;
using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Api.Tests.Batches;

public sealed class BatchProgressTests(LocalApi api, KeyedApi keyed) : IClassFixture<KeyedApi>
{
    private readonly string _hold = $"hold {Guid.CreateVersion7()}";

    [Fact]
    public async Task Results_are_read_while_the_batch_runs_and_on_from_the_cursor()
    {
        var id = await SubmitAsync("a", _hold, "b");
        await api.Worker.StartedAsync(_hold);
        await Eventually.TrueAsync(async () => (await ResultsAsync(id)).Count == 2);

        var early = await ResultsAsync(id);
        early.Select(Index).Order().ShouldBe([0, 2]);
        var running = await api.Client.GetAsync($"/api/batches/{id}");
        running.State.ShouldBe("running");
        running.Json.GetProperty("counts").GetProperty("running").GetInt32().ShouldBe(1);
        running.Json.GetProperty("progress").GetDouble().ShouldBe(0.6667);
        running.Json.GetProperty("eta_seconds").GetDouble().ShouldBeGreaterThan(0);

        api.Worker.Release(_hold);

        var cursor = early[^1].GetProperty("cursor").GetString();
        (await ResultsAsync(id, $"?after={cursor}", wait: 30)).Select(Index).ShouldBe([1]);
        var finished = await api.Client.GetAsync($"/api/batches/{id}");
        finished.State.ShouldBe("finished");
        finished.Json.TryGetProperty("eta_seconds", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_reader_that_waits_gets_each_result_as_it_comes_and_is_let_go_at_the_end()
    {
        var id = await SubmitAsync("a", _hold);
        var reading = ResultsAsync(id, wait: 60);
        await api.Worker.StartedAsync(_hold);

        api.Worker.Release(_hold);

        (await reading).Select(Index).Order().ShouldBe([0, 1]);
    }

    [Fact]
    public async Task Canceling_ends_what_is_left_and_keeps_what_is_done()
    {
        var id = await SubmitAsync("a", _hold, "b");
        await api.Worker.StartedAsync(_hold);
        await Eventually.TrueAsync(async () => (await ResultsAsync(id)).Count == 2);

        var canceled = await api.Client.DeleteAsync($"/api/batches/{id}");
        var again = await api.Client.DeleteAsync($"/api/batches/{id}");

        canceled.State.ShouldBe("finished");
        var counts = canceled.Json.GetProperty("counts");
        (counts.GetProperty("succeeded").GetInt32(), counts.GetProperty("canceled").GetInt32()).ShouldBe((2, 1));
        canceled.Json.TryGetProperty("canceled_at", out var at).ShouldBeTrue();
        again.Json.GetProperty("canceled_at").ToString().ShouldBe(at.ToString());
        (await ResultsAsync(id)).Select(line => line.GetProperty("state").GetString()).Order().ShouldBe(["canceled", "succeeded", "succeeded"]);
    }

    [Fact]
    public async Task A_retried_item_brings_a_second_result()
    {
        var id = await SubmitAsync(_hold);
        await api.Worker.StartedAsync(_hold);
        await api.Client.DeleteAsync($"/api/batches/{id}");
        var canceled = (await ResultsAsync(id)).ShouldHaveSingleItem();
        api.Worker.Release(_hold);

        (await api.Client.SendAsync(HttpMethod.Post, $"/api/jobs/{canceled.GetProperty("id").GetString()}/retry", null)).Status.ShouldBe(202);

        var second = (await ResultsAsync(id, $"?after={canceled.GetProperty("cursor").GetString()}", wait: 30)).ShouldHaveSingleItem();
        (Index(second), second.GetProperty("state").GetString()).ShouldBe((0, "succeeded"));
    }

    [Fact]
    public async Task A_person_does_not_wait_for_a_batch_that_fills_the_worker()
    {
        // More than the worker holds at once, and none of them ends.
        var id = await SubmitAsync([.. Enumerable.Repeat(_hold, 300)]);
        await api.Worker.StartedAsync(_hold);

        var person = await api.Client.PostAsync("/api/emotion", """{"text":"now"}""", ("Prefer", "wait=60"));

        person.State.ShouldBe("succeeded");
        (await api.Client.GetAsync($"/api/batches/{id}")).Json.GetProperty("counts").GetProperty("succeeded").GetInt32().ShouldBe(0);
        (await api.Client.DeleteAsync($"/api/batches/{id}")).Json.GetProperty("counts").GetProperty("canceled").GetInt32().ShouldBe(300);
    }

    [Fact]
    public async Task A_batch_belongs_to_its_client()
    {
        var (mine, _) = await keyed.NewClientAsync();
        var (other, _) = await keyed.NewClientAsync();
        var batches = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            batches.Add((await mine.PostLinesAsync("/api/jobs/batch?kind=emotion", ["""{"text":"a"}"""])).Id);
        }

        (await other.GetAsync($"/api/batches/{batches[0]}")).ShouldBeProblem(404, "batch-not-found");
        (await other.GetAsync($"/api/batches/{batches[0]}/results")).ShouldBeProblem(404, "batch-not-found");
        (await other.DeleteAsync($"/api/batches/{batches[0]}")).ShouldBeProblem(404, "batch-not-found");
        (await other.GetAsync("/api/batches")).Json.GetProperty("batches").GetArrayLength().ShouldBe(0);
        var page = await mine.GetAsync("/api/batches?limit=2");
        Ids(page).ShouldBe([batches[2], batches[1]]);
        Ids(await mine.GetAsync(page.Json.GetProperty("links").GetProperty("next").GetString()!)).ShouldBe([batches[0]]);
        (await mine.GetAsync($"/api/batches/{batches[0]}")).State.ShouldBe("queued");
    }

    [Fact]
    public async Task A_cursor_that_is_none_is_refused() =>
        (await api.Client.GetAsync($"/api/batches/{Guid.CreateVersion7()}/results?after=12x")).ShouldBlame("after", "no cursor");

    private static IEnumerable<string?> Ids(Answer page) =>
        page.Json.GetProperty("batches").EnumerateArray().Select(batch => batch.GetProperty("id").GetString());

    private static int Index(JsonElement line) => line.GetProperty("index").GetInt32();

    private async Task<string> SubmitAsync(params string[] texts)
    {
        var answer = await api.Client.PostLinesAsync("/api/jobs/batch?kind=emotion", texts.Select(text => $$"""{"text":"{{text}}"}"""));
        answer.Status.ShouldBe(202, answer.Json.ToString());
        return answer.Id;
    }

    private async Task<IReadOnlyList<JsonElement>> ResultsAsync(string id, string query = "", int wait = 0) =>
        (await api.Client.GetAsync($"/api/batches/{id}/results{query}", ("Prefer", $"wait={wait}"))).Lines;
}
