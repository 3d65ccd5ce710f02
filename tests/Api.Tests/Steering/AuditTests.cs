using System.Text;
using Pipeline.Api.Tests.Hosting;
using Pipeline.Core.Clients;

namespace Pipeline.Api.Tests.Steering;

public sealed class AuditTests
{
    [Fact]
    public async Task Whatever_steers_or_manages_keys_is_written_down_with_who_and_how_it_ended()
    {
        await using var api = await SteeredApi.StartAsync(works: false);
        using var admin = api.Host.Client(await api.Host.AddKeyAsync("alice", Role.Admin));
        await api.PutAsync("/api/pauses/queue/report", """{"reason":"new model"}""");
        await api.Operator.DeleteAsync("/api/pauses/queue/nothing");
        await admin.SendAsync(HttpMethod.Patch, "/api/keys/web", ApiClient.Json(Encoding.UTF8.GetBytes("""{"weight":3}""")));
        await api.Client.DeleteAsync("/api/pauses/queue/report"); // Forbidden: nothing was done.
        await api.Operator.GetAsync("/api/pauses");

        var entries = (await api.Operator.GetAsync("/api/audit")).Json.GetProperty("entries").EnumerateArray()
            .Select(entry => (
                entry.GetProperty("by").GetString(),
                entry.GetProperty("action").GetString(),
                entry.GetProperty("target").GetString(),
                entry.TryGetProperty("body", out var body) ? body.ToString() : "",
                entry.GetProperty("status").GetInt32()));

        entries.ShouldBe([
            ("alice", "changeKey", "/api/keys/web", """{"weight":3}""", 200),
            ("ops", "deletePause", "/api/pauses/queue/nothing", "", 404),
            ("ops", "putPause", "/api/pauses/queue/report", """{"reason":"new model"}""", 200),
        ]);
    }

    [Fact]
    public async Task An_operator_lists_the_jobs_of_others_without_their_texts()
    {
        await using var api = await SteeredApi.StartAsync();
        (await api.FinishAsync(await api.SubmitAsync("reject me"))).State.ShouldBe("failed");

        var job = (await api.Operator.GetAsync("/api/jobs?client=web")).Json.GetProperty("jobs").EnumerateArray().ShouldHaveSingleItem();

        (job.GetProperty("client").GetString(), job.GetProperty("state").GetString()).ShouldBe(("web", "failed"));
        job.GetProperty("error").ToString().ShouldBe("""{"code":"rejected","message":""}""");
        (await api.Operator.GetAsync("/api/jobs?client=*")).Json.GetProperty("jobs").GetArrayLength().ShouldBe(1);
        (await api.Operator.GetAsync("/api/jobs")).Json.GetProperty("jobs").GetArrayLength().ShouldBe(0);
        (await api.Operator.GetAsync("/api/jobs?client=nobody")).ShouldBlame("client", "no client of this name");
        (await api.Client.GetAsync("/api/jobs?client=ops")).ShouldBeProblem(403, "forbidden");
    }
}
