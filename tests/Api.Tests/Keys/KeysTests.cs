using System.Text;
using System.Text.Json;
using Pipeline.Api.Keys;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Keys;

public sealed class KeysTests(KeyedApi api) : IClassFixture<KeyedApi>
{
    private readonly string _name = $"key-{Guid.CreateVersion7()}";

    [Fact]
    public async Task A_key_is_shown_once_and_works_at_once()
    {
        var made = await api.Admin.PostAsync("/api/keys", $$"""{"name":"{{_name}}","role":"operator","expires_at":"2035-01-01T09:00:00+09:00"}""");

        made.Status.ShouldBe(201);
        made.Headers["Cache-Control"].ShouldBe("no-store");
        var key = made.Json.GetProperty("key").GetString()!;
        key.ShouldStartWith(made.Json.GetProperty("prefix").GetString()!);
        using var client = api.Host.Client(key);
        (await client.GetAsync("/api/keys/me")).Json.ToString().ShouldBe($$"""{"name":"{{_name}}","role":"operator","expires_at":"2035-01-01T00:00:00+00:00"}""");
        var listed = (await ListAsync()).Single();
        (listed.GetProperty("role").GetString(), listed.GetProperty("state").GetString(), listed.TryGetProperty("key", out _)).ShouldBe(("operator", "active", false));
        (await api.Admin.GetAsync("/api/keys?limit=200")).Json.ToString().ShouldNotContain(key);
    }

    [Fact]
    public async Task A_rotated_key_works_beside_the_new_one_for_the_grace_time_and_no_longer()
    {
        using var old = await AddAsync();
        var beside = await api.Admin.PostAsync($"/api/keys/{_name}/rotate", """{"grace":"1h"}""");
        using var second = api.Host.Client(beside.Json.GetProperty("key").GetString());
        (beside.Status, (await old.GetAsync("/api/jobs")).Status, (await second.GetAsync("/api/jobs")).Status).ShouldBe((201, 200, 200));

        var alone = await api.Admin.PostAsync($"/api/keys/{_name}/rotate", """{"grace":"0s"}""");
        using var third = api.Host.Client(alone.Json.GetProperty("key").GetString());

        (await old.GetAsync("/api/jobs")).ShouldBeProblem(401, "unauthorized").Says("expired");
        (await second.GetAsync("/api/jobs")).ShouldBeProblem(401, "unauthorized");
        (await third.GetAsync("/api/jobs")).Status.ShouldBe(200);
        (await ListAsync()).Select(key => key.GetProperty("state").GetString()).ShouldBe(["active", "expired", "expired"]);
    }

    [Fact]
    public async Task Rotating_without_a_body_leaves_a_day()
    {
        using var old = await AddAsync();

        (await api.Admin.SendAsync(HttpMethod.Post, $"/api/keys/{_name}/rotate", null)).Status.ShouldBe(201);

        var ends = (await ListAsync())[1].GetProperty("expires_at").GetDateTimeOffset();
        (ends - TimeProvider.System.GetUtcNow()).ShouldBeInRange(TimeSpan.FromHours(23.9), TimeSpan.FromHours(24));
    }

    [Fact]
    public async Task The_jobs_of_a_client_outlive_the_rotation_of_its_key()
    {
        using var old = await AddAsync();
        var job = await old.PostAsync("/api/emotion", """{"text":"mine"}""");

        using var successor = api.Host.Client((await api.Admin.PostAsync($"/api/keys/{_name}/rotate", "{}")).Json.GetProperty("key").GetString());

        (await successor.GetAsync($"/api/jobs/{job.Id}")).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_role_changes_at_once()
    {
        using var client = await AddAsync();
        (await client.GetAsync("/api/keys")).ShouldBeProblem(403, "forbidden");

        (await PatchAsync(_name, """{"role":"admin"}""")).Json.GetProperty("role").GetString().ShouldBe("admin");

        (await client.GetAsync("/api/keys")).Status.ShouldBe(200);
        (await PatchAsync(_name, """{"role":"client"}""")).Status.ShouldBe(200);
        (await PatchAsync(_name, """{"weight":3}""")).Json.GetProperty("weight").GetDouble().ShouldBe(3);
    }

    [Fact]
    public async Task An_end_is_set_and_taken_away()
    {
        using var client = await AddAsync();

        (await PatchAsync(_name, """{"expires_at":"2035-01-01T00:00:00Z"}""")).Json.GetProperty("expires_at").GetString().ShouldBe("2035-01-01T00:00:00+00:00");
        (await PatchAsync(_name, """{"expires_at":null}""")).Json.TryGetProperty("expires_at", out _).ShouldBeFalse();
    }

    [Fact]
    public async Task A_revoked_key_works_no_more_and_its_name_is_free()
    {
        using var client = await AddAsync();

        (await api.Admin.DeleteAsync($"/api/keys/{_name}")).Status.ShouldBe(204);

        (await client.GetAsync("/api/jobs")).ShouldBeProblem(401, "unauthorized").Says("revoked");
        (await api.Admin.DeleteAsync($"/api/keys/{_name}")).ShouldBeProblem(404, "key-not-found");
        using var again = await AddAsync();
        (await again.GetAsync("/api/jobs")).Status.ShouldBe(200);
    }

    [Theory]
    [InlineData("", 404)]
    [InlineData(",\"same_client\":true", 200)]
    public async Task A_name_that_is_added_again_is_the_same_client_only_if_asked_for(string field, int status)
    {
        using var first = await AddAsync();
        var job = await first.PostAsync("/api/emotion", """{"text":"mine"}""");
        await api.Admin.DeleteAsync($"/api/keys/{_name}");

        using var second = await AddAsync(field);

        (await second.GetAsync($"/api/jobs/{job.Id}")).Status.ShouldBe(status);
    }

    [Fact]
    public async Task One_key_of_two_is_revoked_by_its_id()
    {
        using var old = await AddAsync();
        using var successor = api.Host.Client((await api.Admin.PostAsync($"/api/keys/{_name}/rotate", "{}")).Json.GetProperty("key").GetString());
        var id = (await ListAsync())[1].GetProperty("id").GetString();

        (await api.Admin.DeleteAsync($"/api/keys/{_name}?key={id}")).Status.ShouldBe(204);

        (await old.GetAsync("/api/jobs")).Status.ShouldBe(401);
        (await successor.GetAsync("/api/jobs")).Status.ShouldBe(200);
        (await api.Admin.DeleteAsync($"/api/keys/{_name}?key={id}")).ShouldBeProblem(404, "key-not-found");
    }

    [Fact]
    public async Task The_last_admin_stays()
    {
        (await api.Admin.DeleteAsync("/api/keys/first")).ShouldBeProblem(409, "last-admin");
        (await PatchAsync("first", """{"role":"operator"}""")).ShouldBeProblem(409, "last-admin");
        (await api.Admin.GetAsync("/api/keys/me")).Json.GetProperty("role").GetString().ShouldBe("admin");
    }

    [Fact]
    public async Task Keys_are_listed_in_pages()
    {
        using var one = await AddAsync();
        await api.Admin.PostAsync($"/api/keys/{_name}/rotate", "{}");

        var page = (await api.Admin.GetAsync("/api/keys?limit=1")).Json;
        var next = (await api.Admin.GetAsync(page.GetProperty("links").GetProperty("next").GetString()!)).Json;

        page.GetProperty("keys").GetArrayLength().ShouldBe(1);
        next.GetProperty("keys")[0].GetProperty("id").GetGuid().ShouldBeLessThan(page.GetProperty("keys")[0].GetProperty("id").GetGuid());
    }

    [Theory]
    [InlineData("{}", "name", "is required")]
    [InlineData("""{"name":7}""", "name", "expected a string")]
    [InlineData("""{"name":""}""", "name", "is no name")]
    [InlineData("""{"name":"two words"}""", "name", "is no name")]
    [InlineData("""{"name":"web/../admin"}""", "name", "is no name")]
    [InlineData("""{"name":"w","role":"root"}""", "role", "send one of client, operator, admin")]
    [InlineData("""{"name":"w","role":true}""", "role", "expected a string")]
    [InlineData("""{"name":"w","expires_at":"tomorrow"}""", "expires_at", "RFC 3339")]
    [InlineData("""{"name":"w","expires_at":"2020-01-01T00:00:00Z"}""", "expires_at", "not after now")]
    [InlineData("""{"name":"w","expires_at":"9999-01-01T00:00:00Z"}""", "expires_at", "the longest that a key may live")]
    [InlineData("""{"name":"w","same_client":"yes"}""", "same_client", "expected a boolean")]
    [InlineData("""{"name":"nobody-before","same_client":true}""", "same_client", "Nobody was named")]
    [InlineData("""{"name":"w","scope":"all"}""", "scope", "not a known field")]
    public async Task A_key_that_can_not_be_made_is_refused(string body, string field, string message) =>
        (await api.Admin.PostAsync("/api/keys", body)).ShouldBlame(field, message);

    [Theory]
    [InlineData("{}", "body", "changes nothing")]
    [InlineData("""{"role":"root"}""", "role", "send one of")]
    [InlineData("""{"weight":0}""", "weight", "from 0.01 to 100")]
    [InlineData("""{"weight":1e300}""", "weight", "from 0.01 to 100")]
    [InlineData("""{"weight":"much"}""", "weight", "expected a number")]
    [InlineData("""{"limits":{"requests_per_minute":0}}""", "limits.requests_per_minute", "is 0: send a whole number from 1 to 100000000, or null for none")]
    [InlineData("""{"limits":{"waiting_jobs":-1}}""", "limits.waiting_jobs", "is -1")]
    [InlineData("""{"limits":{"jobs_in_flight":1.5}}""", "limits.jobs_in_flight", "is 1.5")]
    [InlineData("""{"limits":{"batch_jobs":"many"}}""", "limits.batch_jobs", "is a string")]
    [InlineData("""{"limits":{"tokens_per_day":1e30}}""", "limits.tokens_per_day", "is 1e30")]
    [InlineData("""{"limits":{"tokens_per_year":1}}""", "limits.tokens_per_year", "not a known field")]
    [InlineData("""{"limits":{}}""", "limits", "is empty")]
    [InlineData("""{"limits":7}""", "limits", "expected an object")]
    [InlineData("""{"expires_at":"2020-01-01T00:00:00Z"}""", "expires_at", "not after now")]
    [InlineData("""{"name":"other"}""", "name", "not a known field")]
    public async Task A_change_that_makes_no_sense_is_refused(string body, string field, string message) =>
        (await PatchAsync("first", body)).ShouldBlame(field, message);

    [Theory]
    [InlineData("""{"grace":"a day"}""", "grace", "24h")]
    [InlineData("""{"grace":"31d"}""", "grace", "at most 30d")]
    [InlineData("""{"grace":"-1h"}""", "grace", "24h")]
    [InlineData("""{"grace":3600}""", "grace", "expected a string")]
    [InlineData("""{"until":"1h"}""", "until", "not a known field")]
    public async Task A_grace_that_makes_no_sense_is_refused(string body, string field, string message) =>
        (await api.Admin.PostAsync("/api/keys/first/rotate", body)).ShouldBlame(field, message);

    [Theory]
    [InlineData("nobody")]
    [InlineData("local")]
    [InlineData("%ED%A0%80")]
    [InlineData("a%20b")]
    public async Task A_name_that_nobody_has_is_not_found(string name)
    {
        (await api.Admin.PostAsync($"/api/keys/{name}/rotate", "{}")).ShouldBeProblem(404, "key-not-found");
        (await PatchAsync(name, """{"role":"client"}""")).ShouldBeProblem(404, "key-not-found");
        (await api.Admin.DeleteAsync($"/api/keys/{name}")).ShouldBeProblem(404, "key-not-found");
    }

    [Fact]
    public async Task A_path_with_a_nul_is_bad_input() => (await api.Admin.DeleteAsync("/api/keys/a%00b")).Status.ShouldBe(400);

    [Fact]
    public async Task Failures_are_told_as_documented()
    {
        using var web = api.Host.Client(await api.Host.AddKeyAsync("web"));
        Check("forbidden", await web.PostAsync("/api/schedules/probe/run", "{}"));
        Check("key-exists", await api.Admin.PostAsync("/api/keys", """{"name":"web"}"""));
        Check("last-admin", await api.Admin.DeleteAsync("/api/keys/first"), ("first", "web"));
        await api.Admin.DeleteAsync("/api/keys/web");
        Check("key-not-found", await api.Admin.DeleteAsync("/api/keys/web"));
    }

    [Fact]
    public async Task The_first_key_is_an_admins_and_the_examples_are_accepted()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var host = await ApiHost.StartAsync(database.ConnectionString, worker: null);
        using var local = host.Client();
        (await local.PostAsync("/api/keys", """{"name":"web","role":"operator"}""")).ShouldBlame("role", "The first key is an admin's");

        var first = await local.PostAsync("/api/keys", """{"name":"root"}""");

        first.Json.GetProperty("role").GetString().ShouldBe("admin");
        (await local.GetAsync("/api/jobs")).ShouldBeProblem(401, "unauthorized");
        using var admin = host.Client(first.Json.GetProperty("key").GetString());
        foreach (var (_, example) in KeysDocs.Add.Body!.Examples)
        {
            (await admin.PostAsync("/api/keys", example)).Status.ShouldBe(201, example);
        }

        (await admin.PostAsync("/api/keys/web/rotate", KeysDocs.Rotate.Body!.Examples[0].Json)).Status.ShouldBe(201);
        (await admin.SendAsync(HttpMethod.Patch, "/api/keys/web", ApiClient.Json(Encoding.UTF8.GetBytes(KeysDocs.Change.Body!.Examples[0].Json)))).Status.ShouldBe(200);
    }

    private static void Check(string type, Answer answer, (string From, string To) name = default) =>
        (name == default ? Detail(answer) : Detail(answer).Replace($"'{name.From}'", $"'{name.To}'", StringComparison.Ordinal))
            .ShouldBe(ProblemExamples.Of(ProblemType.All.Single(one => one.Name == type))["detail"]!.GetValue<string>());

    private static string Detail(Answer answer) => answer.Json.GetProperty("detail").GetString()!;

    private async Task<ApiClient> AddAsync(string field = "") =>
        api.Host.Client((await api.Admin.PostAsync("/api/keys", $$"""{"name":"{{_name}}"{{field}}}""")).Json.GetProperty("key").GetString());

    private Task<Answer> PatchAsync(string name, string body) => api.Admin.SendAsync(HttpMethod.Patch, $"/api/keys/{name}", ApiClient.Json(Encoding.UTF8.GetBytes(body)));

    /// <summary>The keys of this test's name, newest first.</summary>
    private async Task<List<JsonElement>> ListAsync() =>
        [.. (await api.Admin.GetAsync("/api/keys?limit=200")).Json.GetProperty("keys").EnumerateArray().Where(key => key.GetProperty("name").GetString() == _name)];
}
