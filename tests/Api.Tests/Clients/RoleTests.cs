using System.Text;
using System.Text.Json;
using Pipeline.Api.Tests.Hosting;
using Pipeline.Api.Tests.OpenApi;
using Pipeline.Core.Clients;

namespace Pipeline.Api.Tests.Clients;

/// <summary>Every route of the OpenAPI document with every role, with no key, and without keys on this machine.</summary>
public sealed class RoleTests(KeyedApi keyed, LocalApi local) : IClassFixture<KeyedApi>
{
    private const string Open = "open";
    private const string Client = "client";
    private const string Operator = "operator";
    private const string Admin = "admin";

    // The lowest role that a route serves. A new route needs a row: decide it here, and on the endpoint with RequireRole.
    private static readonly Dictionary<string, string> LowestRoles = new()
    {
        ["get /health"] = Open,
        ["get /health/live"] = Open,
        ["get /health/ready"] = Open,

        ["get /api/kinds"] = Client,
        ["get /api/models"] = Client,
        ["get /api/queues"] = Client,
        ["get /api/usage"] = Client,
        ["post /api/emotion"] = Client,
        ["post /api/embeddings"] = Client,
        ["post /api/chat/completions"] = Client,
        ["post /api/feedback"] = Client,
        ["post /api/interview/step"] = Client,
        ["post /api/report"] = Client,
        ["post /conversation/chat"] = Client,
        ["post /api/jobs"] = Client,
        ["get /api/jobs"] = Client,
        ["get /api/jobs/failures"] = Client,
        ["get /api/jobs/{id}"] = Client,
        ["get /api/jobs/{id}/attempts"] = Client,
        ["get /api/jobs/{id}/input"] = Client,
        ["delete /api/jobs/{id}"] = Client,
        ["post /api/jobs/{id}/retry"] = Client,
        ["get /api/jobs/{id}/events"] = Client,
        ["post /api/jobs/batch"] = Client,
        ["get /api/batches"] = Client,
        ["get /api/batches/{id}"] = Client,
        ["delete /api/batches/{id}"] = Client,
        ["get /api/batches/{id}/results"] = Client,
        ["post /api/conversations"] = Client,
        ["get /api/conversations"] = Client,
        ["get /api/conversations/{id}"] = Client,
        ["delete /api/conversations/{id}"] = Client,
        ["post /api/conversations/{id}/messages"] = Client,
        ["post /api/interviews"] = Client,
        ["get /api/interviews/{id}"] = Client,
        ["delete /api/interviews/{id}"] = Client,
        ["post /api/interviews/{id}/answers"] = Client,
        ["post /api/documents"] = Client,
        ["get /api/documents"] = Client,
        ["put /api/documents/by-key/{key}"] = Client,
        ["get /api/documents/by-key/{key}"] = Client,
        ["delete /api/documents/by-key/{key}"] = Client,
        ["get /api/documents/{id}/text"] = Client,
        ["get /api/documents/{id}/chunks"] = Client,
        ["get /api/documents/{id}"] = Client,
        ["delete /api/documents/{id}"] = Client,
        ["post /api/search"] = Client,
        ["post /api/ask"] = Client,
        ["get /api/prompts"] = Client,
        ["post /api/prompts"] = Client,
        ["post /api/prompts/preview"] = Client,
        ["get /api/prompts/{id}"] = Client,
        ["put /api/prompts/{id}"] = Client,
        ["delete /api/prompts/{id}"] = Client,
        ["get /api/prompts/{id}/versions"] = Client,
        ["post /api/prompts/{id}/rollback"] = Client,
        ["get /api/webhooks/deliveries"] = Client,
        ["get /api/webhooks/deliveries/{id}"] = Client,
        ["post /api/webhooks/deliveries/{id}/replay"] = Client,
        ["post /api/webhooks/secrets"] = Client,
        ["get /api/webhooks/secrets"] = Client,
        ["delete /api/webhooks/secrets/{id}"] = Client,
        ["get /api/activity"] = Client,
        ["delete /api/activity/{id}"] = Client,
        ["get /api/users/{user}/export"] = Client,
        ["delete /api/users/{user}"] = Client,
        ["post /api/jobs/erase"] = Client,
        ["post /api/keys/{name}/erase"] = Admin,
        ["post /api/activity"] = Client,
        ["get /api/activity/{id}"] = Client,
        ["get /api/activity/settings"] = Client,
        ["put /api/activity/settings"] = Client,
        ["post /v1/chat/completions"] = Client,
        ["post /v1/embeddings"] = Client,
        ["post /v1/completions"] = Client,
        ["get /v1/models"] = Client,
        ["get /v1/models/{id}"] = Client,
        ["post /v1/responses"] = Client,
        ["get /v1/responses/{id}"] = Client,
        ["get /v1/responses/{id}/input_items"] = Client,
        ["post /v1/responses/{id}/cancel"] = Client,
        ["delete /v1/responses/{id}"] = Client,
        ["post /v1/files"] = Client,
        ["get /v1/files"] = Client,
        ["get /v1/files/{id}"] = Client,
        ["get /v1/files/{id}/content"] = Client,
        ["delete /v1/files/{id}"] = Client,
        ["post /v1/batches"] = Client,
        ["get /v1/batches"] = Client,
        ["get /v1/batches/{id}"] = Client,
        ["get /v1/batches/{id}/output"] = Client,
        ["post /v1/batches/{id}/cancel"] = Client,
        ["post /v1/batches/{id}/retry"] = Client,
        ["post /v1/batches/{id}/pause"] = Client,
        ["post /v1/batches/{id}/resume"] = Client,

        ["get /api/schedules"] = Client,
        ["post /api/schedules/{id}/run"] = Operator,
        ["post /api/schedules/{id}/pause"] = Operator,
        ["post /api/schedules/{id}/resume"] = Operator,

        ["get /api/queues/{queue}/load"] = Operator,
        ["get /api/usage/busiest"] = Operator,
        ["get /api/pauses"] = Operator,
        ["put /api/pauses/{scope}/{name}"] = Operator,
        ["delete /api/pauses/{scope}/{name}"] = Operator,
        ["get /api/workers"] = Operator,
        ["put /api/models/{name}/file"] = Operator,
        ["delete /api/models/{name}/file"] = Operator,
        ["put /api/workers/{id}/drain"] = Operator,
        ["delete /api/workers/{id}/drain"] = Operator,
        ["get /api/audit"] = Operator,
        ["post /api/jobs/cancel"] = Client,
        ["post /api/jobs/retry"] = Client,
        ["get /api/jobs/actions"] = Client,
        ["get /api/jobs/actions/{id}"] = Client,
        ["delete /api/jobs/actions/{id}"] = Client,

        ["get /api/keys/me"] = Client,
        ["get /api/keys"] = Admin,
        ["post /api/keys"] = Admin,
        ["post /api/keys/{name}/rotate"] = Admin,
        ["patch /api/keys/{name}"] = Admin,
        ["delete /api/keys/{name}"] = Admin,
    };

    public static TheoryData<string, string> Routes() => [.. LowestRoles.Select(row => (row.Key, row.Value))];

    [Fact]
    public async Task Every_route_has_a_row_and_says_its_role()
    {
        var operations = await OpenApiOperations.OfAsync(keyed.Admin);

        operations.Keys.ShouldBe(LowestRoles.Keys, ignoreOrder: true);
        operations.ToDictionary(operation => operation.Key, operation => RoleOf(operation.Value)).ShouldBe(LowestRoles, ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task A_route_serves_its_role_and_those_above_it(string route, string lowest)
    {
        using var nobody = keyed.Host.Client();
        (await SendAsync(nobody, route)).ShouldBe(lowest is Open ? Outcome.Allowed : Outcome.NoKey, "no key");
        foreach (var role in Enum.GetValues<Role>())
        {
            var (client, _) = await keyed.NewClientAsync(role);
            var allowed = lowest is Open || role >= RoleWords.Parse(lowest);
            (await SendAsync(client, route)).ShouldBe(allowed ? Outcome.Allowed : Outcome.Forbidden, role.Word());
            client.Dispose();
        }
    }

    [Theory]
    [MemberData(nameof(Routes))]
    public async Task Without_keys_this_machine_may_do_everything(string route, string lowest) =>
        (await SendAsync(local.Client, route)).ShouldBe(Outcome.Allowed, lowest);

    [Fact]
    public async Task What_is_asked_for_all_clients_needs_an_operator()
    {
        var paths = (await keyed.Admin.GetAsync("/openapi/v1.json")).Json.GetProperty("paths").EnumerateObject()
            .Where(path => path.Value.TryGetProperty("get", out var get) && get.TryGetProperty("parameters", out var parameters)
                && parameters.EnumerateArray().Any(parameter => parameter.GetProperty("in").GetString() is "query" && parameter.GetProperty("name").GetString() is "client"))
            .Select(path => path.Name).ToArray();
        string[] lists = ["/api/jobs", "/api/jobs/failures", "/api/batches", "/api/webhooks/deliveries"];
        lists.ShouldBeSubsetOf(paths);

        foreach (var role in Enum.GetValues<Role>())
        {
            var (client, _) = await keyed.NewClientAsync(role);
            foreach (var path in paths)
            {
                var answer = await client.GetAsync(path.Replace("{id}", Guid.CreateVersion7().ToString(), StringComparison.Ordinal) + "?client=*");
                answer.Status.ShouldBe(role < Role.Operator ? 403 : lists.Contains(path) ? 200 : 404, $"{path} for {role.Word()}");
            }

            client.Dispose();
        }
    }

    [Fact]
    public async Task Without_keys_the_local_client_is_an_admin() =>
        (await local.Client.GetAsync("/api/keys/me")).Json.ToString().ShouldBe("""{"name":"local","role":"admin"}""");

    private static string RoleOf(JsonElement operation) =>
        !operation.TryGetProperty("security", out var security) ? Open
        : security[0].GetProperty("key") is var roles && roles.GetArrayLength() is 0 ? Client
        : roles[0].GetString()!;

    /// <summary>A request for nothing that exists: who is allowed gets another failure, or an answer.</summary>
    private static async Task<Outcome> SendAsync(ApiClient client, string route)
    {
        var (method, path) = (HttpMethod.Parse(route.Split(' ')[0]), route.Split(' ')[1]);
        path = path.Replace("{id}", Guid.CreateVersion7().ToString(), StringComparison.Ordinal).Replace("{name}", "nobody", StringComparison.Ordinal);

        // What would change every job there is only counts them.
        var json = route is "post /api/jobs/cancel" or "post /api/jobs/retry" ? """{"dry_run":true}""" : "{}";
        var body = method == HttpMethod.Get || method == HttpMethod.Delete ? null : ApiClient.Json(Encoding.UTF8.GetBytes(json));
        var answer = await client.SendAsync(method, path, body);
        if (answer.Status is 403)
        {
            answer.ShouldBeProblem(403, "forbidden");
        }

        answer.Status.ShouldBeLessThan(500, route);
        return answer.Status switch { 401 => Outcome.NoKey, 403 => Outcome.Forbidden, _ => Outcome.Allowed };
    }

    private enum Outcome
    {
        Allowed,
        NoKey,
        Forbidden,
    }
}
