using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Dapper;
using Pipeline.Core.Postgres.Rights;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;
using Pipeline.TestSupport.Webhooks;

namespace Pipeline.EndToEnd.Tests;

/// <summary>Each role as a user of the database that owns nothing and may do what the role needs.</summary>
public sealed class DatabaseRoleTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly (DatabaseRole Role, string Project)[] Projects =
        [(DatabaseRole.Api, "Api"), (DatabaseRole.Scheduler, "Scheduler"), (DatabaseRole.Inference, "Workers.Inference"), (DatabaseRole.Embedding, "Workers.Embedding")];

    [Fact]
    public async Task Every_role_does_its_work_as_a_user_that_owns_nothing()
    {
        await using var users = await DatabaseUsers.CreateAsync(database);
        await using var receiver = await WebhookReceiver.StartAsync();
        await PrepareAsync();
        var roles = await StartAsync(users);
        try
        {
            using var http = new HttpClient { BaseAddress = roles[0].Address, Timeout = Patience.Limit };
            await RunJobsAsync(http, receiver);
            await RunDocumentsAsync(http);
            await RunTasksAsync(http);
            await EraseAsync(http);
            await UseKeysAsync(http, roles[1].Address);

            foreach (var role in roles)
            {
                (await role.StopAsync()).ShouldBe(0, role.Errors);
                (role.Output + role.Errors).ShouldNotContain("permission denied");
            }
        }
        finally
        {
            await Task.WhenAll(roles.Select(role => role.DisposeAsync().AsTask()));
        }
    }

    /// <summary>A day that retention drops, and a client that has had nights.</summary>
    private async Task PrepareAsync()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync("select make_job_day('2020-01-01'); update clients set created_at = now() - interval '3 days'");
    }

    private async Task<RoleProcess[]> StartAsync(DatabaseUsers users)
    {
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Webhooks:AllowHttp"] = "true";
        settings["Webhooks:AllowPrivateTargets"] = "true";
        settings["Encryption:Key"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
        settings["Scheduler:PollInterval"] = "00:00:01";
        return await Task.WhenAll(Projects.Select(role => RoleProcess.StartReadyAsync(
            role.Project, new Dictionary<string, string?>(settings) { ["Postgres:ConnectionString"] = users.ConnectionString(role.Role) })));
    }

    private static async Task RunJobsAsync(HttpClient http, WebhookReceiver receiver)
    {
        await PostAsync(http, "/api/webhooks/secrets", new { });
        (await PostAsync(http, "/api/emotion", new { text = "What a lovely surprise!", user = "ann", callback_url = $"{receiver.Address}/ended" }))
            .GetProperty("result").GetProperty("emotion").GetString().ShouldNotBeNull();
        (await receiver.NextAsync()).Json.GetProperty("type").GetString().ShouldBe("job.succeeded");
        (await PostAsync(http, "/api/embeddings", new { texts = new[] { "My parcel has not come" } })).GetProperty("result").GetProperty("embeddings").GetArrayLength().ShouldBe(1);

        using var stream = await http.PostAsJsonAsync("/v1/chat/completions", new { model = "chat", messages = new[] { new { role = "user", content = "Hi" } }, max_tokens = 8, stream = true });
        (await stream.Content.ReadAsStringAsync()).ShouldContain("data: [DONE]");
        using var response = await http.PostAsJsonAsync("/v1/responses", new { model = "chat", input = "Hi", max_output_tokens = 8 });
        response.IsSuccessStatusCode.ShouldBeTrue(await response.Content.ReadAsStringAsync());

        using var accepted = await http.PostAsync(
            new Uri("/api/jobs/batch?kind=emotion", UriKind.Relative), new StringContent("{\"text\":\"Good.\"}\n{\"text\":\"Bad.\"}", Encoding.UTF8, "application/x-ndjson"));
        var batch = await accepted.Content.ReadFromJsonAsync<JsonElement>();
        var self = new Uri(batch.GetProperty("links").GetProperty("self").GetString()!, UriKind.Relative);
        await Eventually.TrueAsync(async () => (await http.GetFromJsonAsync<JsonElement>(self)).GetProperty("counts").GetProperty("succeeded").GetInt32() is 2);
    }

    /// <summary>The second takes the place of the first, which the worker erases with the job that embedded it.</summary>
    private async Task RunDocumentsAsync(HttpClient http)
    {
        foreach (var text in (string[])["Goods can be returned within 30 days.", "Goods can be returned within 14 days."])
        {
            using var stored = await http.PutAsJsonAsync("/api/documents/by-key/returns", new { title = "Returns", text });
            stored.IsSuccessStatusCode.ShouldBeTrue(await stored.Content.ReadAsStringAsync());
            var document = await stored.Content.ReadFromJsonAsync<JsonElement>();
            await Eventually.TrueAsync(async () => (await http.GetFromJsonAsync<JsonElement>($"/api/documents/{document.GetProperty("id").GetString()}")).GetProperty("state").GetString() is "ready");
        }

        await Eventually.TrueAsync(async () => await CountAsync("documents") is 1 && await CountAsync("jobs where kind = 'document'") is 1);
        using var search = await http.PostAsJsonAsync("/api/search", new { query = "How long may I bring something back?" });
        (await search.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("results")[0].GetProperty("text").GetString()!.ShouldContain("14 days");
    }

    private async Task RunTasksAsync(HttpClient http)
    {
        string[] tasks = ["nightly-reports", "self-test", "retention"];
        foreach (var task in tasks)
        {
            using var asked = await http.PostAsync(new Uri($"/api/schedules/{task}/run", UriKind.Relative), null);
            asked.IsSuccessStatusCode.ShouldBeTrue(await asked.Content.ReadAsStringAsync());
        }

        await Eventually.TrueAsync(async () => await CountAsync("schedules where last_outcome in ('succeeded', 'failed', 'timed_out')") == tasks.Length);
        (await CountAsync("schedules where last_outcome <> 'succeeded'")).ShouldBe(0);
        (await CountAsync("activity_reports where figures is not null")).ShouldBeGreaterThan(0);
        (await CountAsync("pg_class where relname = 'jobs_20200101'")).ShouldBe(0);
    }

    private async Task EraseAsync(HttpClient http)
    {
        using var erased = await http.DeleteAsync(new Uri("/api/users/ann", UriKind.Relative));
        erased.IsSuccessStatusCode.ShouldBeTrue(await erased.Content.ReadAsStringAsync());
        await Eventually.TrueAsync(async () => await CountAsync("jobs where user_id is not null") is 0);
    }

    private static async Task UseKeysAsync(HttpClient http, Uri scheduler)
    {
        using var made = await http.PostAsJsonAsync("/api/keys", new { name = "boss" });
        var key = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("key").GetString()!;
        using var dashboard = new HttpRequestMessage(HttpMethod.Get, new Uri(scheduler, "/hangfire")) { Headers = { { "Authorization", $"Bearer {key}" } } };
        using var page = await http.SendAsync(dashboard);
        page.IsSuccessStatusCode.ShouldBeTrue(await page.Content.ReadAsStringAsync());
    }

    private static async Task<JsonElement> PostAsync(HttpClient http, string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body), Headers = { { "Prefer", "wait=30" } } };
        using var response = await http.SendAsync(request);
        response.IsSuccessStatusCode.ShouldBeTrue(await response.Content.ReadAsStringAsync());
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        return answer.TryGetProperty("jobs", out var jobs) ? jobs[0] : answer;
    }

    private async Task<int> CountAsync(string rows)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<int>($"select count(*)::int from {rows}");
    }
}
