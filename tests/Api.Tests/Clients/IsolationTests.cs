using System.Text;
using System.Text.RegularExpressions;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Pipeline.Api.Tests.Erasure;
using Pipeline.Api.Tests.Hosting;
using Pipeline.Api.Tests.OpenAi;
using Pipeline.Api.Tests.OpenApi;
using Pipeline.Core.Clients;
using Role = Pipeline.Core.Clients.Role;

namespace Pipeline.Api.Tests.Clients;

/// <summary>
/// Every route with the real ids of another client: the answer is that for an id which was never given, says nothing of what is behind it, and
/// changes nothing.
/// </summary>
public sealed partial class IsolationTests(ErasureApi api) : IClassFixture<ErasureApi>
{
    // What the parameter of a route is about, and a body that the route accepts. A new route with a parameter needs a row.
    private static readonly Dictionary<string, (string Thing, string Body)> Rows = new()
    {
        ["get /api/jobs/{id}"] = ("job", ""),
        ["get /api/jobs/{id}/attempts"] = ("job", ""),
        ["get /api/jobs/{id}/input"] = ("job", ""),
        ["get /api/jobs/{id}/events"] = ("job", ""),
        ["delete /api/jobs/{id}"] = ("job", ""),
        ["post /api/jobs/{id}/retry"] = ("job", "{}"),
        ["get /api/jobs/actions/{id}"] = ("action", ""),
        ["delete /api/jobs/actions/{id}"] = ("action", ""),
        ["get /api/batches/{id}"] = ("batch", ""),
        ["delete /api/batches/{id}"] = ("batch", ""),
        ["get /api/batches/{id}/results"] = ("batch", ""),
        ["get /api/conversations/{id}"] = ("conversation", ""),
        ["delete /api/conversations/{id}"] = ("conversation", ""),
        ["post /api/conversations/{id}/messages"] = ("conversation", """{"content":"a"}"""),
        ["get /api/interviews/{id}"] = ("interview", ""),
        ["delete /api/interviews/{id}"] = ("interview", ""),
        ["post /api/interviews/{id}/answers"] = ("interview", """{"answer":"a"}"""),
        ["get /api/documents/by-key/{key}"] = ("document key", ""),
        ["delete /api/documents/by-key/{key}"] = ("document key", ""),
        ["put /api/documents/by-key/{key}"] = (Own, ""),
        ["get /api/documents/{id}"] = ("document", ""),
        ["get /api/documents/{id}/text"] = ("document", ""),
        ["get /api/documents/{id}/chunks"] = ("document", ""),
        ["delete /api/documents/{id}"] = ("document", ""),
        ["get /api/prompts/{id}"] = ("prompt", ""),
        ["put /api/prompts/{id}"] = ("prompt", """{"system":"a"}"""),
        ["delete /api/prompts/{id}"] = ("prompt", ""),
        ["get /api/prompts/{id}/versions"] = ("prompt", ""),
        ["post /api/prompts/{id}/rollback"] = ("prompt", """{"version":1}"""),
        ["get /api/webhooks/deliveries/{id}"] = ("delivery", ""),
        ["post /api/webhooks/deliveries/{id}/replay"] = ("delivery", "{}"),
        ["delete /api/webhooks/secrets/{id}"] = ("secret", ""),
        ["get /api/activity/{id}"] = ("report", ""),
        ["delete /api/activity/{id}"] = ("report", ""),
        ["get /api/users/{user}/export"] = ("user", ""),
        ["delete /api/users/{user}"] = ("user", ""),
        ["get /v1/responses/{id}"] = ("response", ""),
        ["get /v1/responses/{id}/input_items"] = ("response", ""),
        ["post /v1/responses/{id}/cancel"] = ("response", "{}"),
        ["delete /v1/responses/{id}"] = ("response", ""),
        ["get /v1/files/{id}"] = ("file", ""),
        ["get /v1/files/{id}/content"] = ("file", ""),
        ["delete /v1/files/{id}"] = ("file", ""),
        ["get /v1/batches/{id}"] = ("file batch", ""),
        ["get /v1/batches/{id}/output"] = ("file batch", ""),
        ["post /v1/batches/{id}/cancel"] = ("file batch", "{}"),
        ["post /v1/batches/{id}/retry"] = ("file batch", "{}"),
        ["post /v1/batches/{id}/pause"] = ("file batch", "{}"),
        ["post /v1/batches/{id}/resume"] = ("file batch", "{}"),

        // What all clients share, for the roles that RoleTests says.
        ["get /v1/models/{id}"] = (Shared, ""),
        ["post /api/schedules/{id}/run"] = (Shared, ""),
        ["post /api/schedules/{id}/pause"] = (Shared, ""),
        ["post /api/schedules/{id}/resume"] = (Shared, ""),
        ["get /api/queues/{queue}/load"] = (Shared, ""),
        ["put /api/pauses/{scope}/{name}"] = (Shared, ""),
        ["delete /api/pauses/{scope}/{name}"] = (Shared, ""),
        ["put /api/models/{name}/file"] = (Shared, ""),
        ["delete /api/models/{name}/file"] = (Shared, ""),
        ["put /api/workers/{id}/drain"] = (Shared, ""),
        ["delete /api/workers/{id}/drain"] = (Shared, ""),
        ["post /api/keys/{name}/rotate"] = (Shared, ""),
        ["patch /api/keys/{name}"] = (Shared, ""),
        ["delete /api/keys/{name}"] = (Shared, ""),
        ["post /api/keys/{name}/erase"] = (Shared, ""),
    };

    // Ids in bodies and queries: §thing§ is one. An answer may accept what it ignores, but not differ.
    private static readonly (string Route, string Body)[] References =
    [
        ("post /v1/responses", """{"model":"chat","input":"a","previous_response_id":"§response§"}"""),
        ("post /v1/batches", """{"input_file_id":"§file§","endpoint":"/api/emotion","completion_window":"24h"}"""),
        ("post /api/activity", """{"conversations":["§conversation§"]}"""),
        ("post /api/jobs/retry", """{"batch":"§batch§","dry_run":true}"""),
        ("post /api/jobs/cancel", """{"batch":"§batch§","dry_run":true}"""),
        ("post /api/jobs/erase", """{"user":"§user§","dry_run":true}"""),
        ("get /api/jobs?batch=§batch§", ""),
        ("get /api/jobs?user=§escaped user§", ""),
        ("get /api/jobs?id_or_key=§job§", ""),
        ("get /api/webhooks/deliveries?job=§job§", ""),
        ("get /api/webhooks/deliveries?batch=§batch§", ""),
        ("post /api/search", """{"query":"§word§","mode":"words"}"""),
    ];

    private const string Shared = "shared";
    private const string Own = "under the same key everybody has a document of their own";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_route_with_a_parameter_has_a_row() =>
        (await RoutesAsync()).Where(route => route.Contains('{', StringComparison.Ordinal)).ShouldBe(Rows.Keys, ignoreOrder: true);

    [Fact]
    public async Task The_ids_of_another_client_are_answered_like_ids_that_were_never_given_and_nothing_is_changed()
    {
        var (victim, word) = await api.NewAsync();
        var things = await FillAsync(victim, word);
        var before = await LookAsync(victim.Client, things);
        List<string> wrong = [];
        foreach (var role in Enum.GetValues<Role>())
        {
            using var attacker = api.Host.Client(await api.Host.AddKeyAsync($"attacker-{Guid.CreateVersion7()}", role));
            foreach (var (route, (thing, body)) in Rows.Where(row => things.ContainsKey(row.Value.Thing)))
            {
                if (thing is "action" && role > Role.Client)
                {
                    continue; // Operators see and stop the actions of all; they have no texts.
                }

                var (theirs, nobodys) = (things[thing], Nobodys(things[thing]));
                var answer = await SendAsync(attacker, Filled(route, theirs), body);
                var expected = await SendAsync(attacker, Filled(route, nobodys), body);
                Compare($"{role.Word()} {route}", answer, expected, [theirs], [nobodys], word, wrong);
                if (answer.Status is not 404 && thing is not "user")
                {
                    wrong.Add($"{role.Word()} {route}: {answer.Status} {answer.Text}");
                }
            }

            foreach (var (route, body) in References)
            {
                var theirs = things.Where(thing => $"{route} {body}".Contains($"§{thing.Key}§", StringComparison.Ordinal)).ToDictionary();
                var nobodys = theirs.ToDictionary(thing => thing.Key, thing => Nobodys(thing.Value));
                var answer = await SendAsync(attacker, Referring(route, theirs), Referring(body, theirs));
                var expected = await SendAsync(attacker, Referring(route, nobodys), Referring(body, nobodys));
                Compare($"{role.Word()} {route}", answer, expected, [.. theirs.Values], [.. nobodys.Values], theirs.ContainsKey("word") ? " is blue" : word, wrong);
            }
        }

        wrong.ShouldBeEmpty();
        (await LookAsync(victim.Client, things)).ShouldBe(before);
    }

    [Fact]
    public async Task No_list_has_anything_of_another_client()
    {
        var (victim, word) = await api.NewAsync();
        var things = await FillAsync(victim, word);
        using var attacker = api.Host.Client(await api.Host.AddKeyAsync($"attacker-{Guid.CreateVersion7()}", Role.Client));
        foreach (var route in (await RoutesAsync()).Where(route => route.StartsWith("get ", StringComparison.Ordinal) && !route.Contains('{', StringComparison.Ordinal)))
        {
            var answer = await SendAsync(attacker, route, "");
            foreach (var known in things.Values.Append(word))
            {
                answer.Text.ShouldNotContain(known, Case.Sensitive, route);
            }
        }
    }

    [Fact]
    public async Task Tools_know_nothing_of_the_ids_of_another_client()
    {
        var (victim, word) = await api.NewAsync();
        var (theirs, nobodys) = (await victim.JobAsync(), Guid.CreateVersion7().ToString());
        HttpClientTransport transport = new(new()
        {
            Endpoint = new(api.Host.Address, "/mcp"),
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = $"Bearer {await api.Host.AddKeyAsync($"attacker-{Guid.CreateVersion7()}", Role.Client)}" },
        });
        await using var attacker = await McpClient.CreateAsync(transport, cancellationToken: Token);
        var byId = (await attacker.ListToolsAsync(cancellationToken: Token))
            .Where(tool => tool.JsonSchema.TryGetProperty("properties", out var properties) && properties.TryGetProperty("id", out _)).ToArray();
        byId.Length.ShouldBeGreaterThanOrEqualTo(3);
        foreach (var tool in byId)
        {
            var answer = await CallAsync(tool.Name, theirs);

            answer.Replace(theirs, "ID", StringComparison.Ordinal).ShouldBe((await CallAsync(tool.Name, nobodys)).Replace(nobodys, "ID", StringComparison.Ordinal), tool.Name);
            answer.ShouldNotContain(word);
        }

        (await victim.Client.GetAsync($"/api/jobs/{theirs}")).State.ShouldBe("succeeded");

        async Task<string> CallAsync(string tool, string id) => string.Concat(
            (await attacker.CallToolAsync(tool, new Dictionary<string, object?> { ["id"] = id }, cancellationToken: Token)).Content.OfType<TextContentBlock>().Select(block => block.Text));
    }

    private async Task<IEnumerable<string>> RoutesAsync() => (await OpenApiOperations.OfAsync(api.Admin)).Keys;

    /// <summary>One of each thing that a client can have, by its id.</summary>
    private static async Task<Dictionary<string, string>> FillAsync(Filling victim, string word)
    {
        var client = victim.Client;
        Dictionary<string, string> things = new()
        {
            ["job"] = await victim.JobAsync(),
            ["batch"] = await victim.BatchAsync(),
            ["conversation"] = await victim.ConversationAsync(),
            ["interview"] = await victim.InterviewAsync(),
            ["document"] = await victim.DocumentAsync(),
            ["document key"] = $"key-{word}",
            ["report"] = await victim.ReportAsync(),
            ["response"] = await victim.ResponseAsync(),
            ["file batch"] = $"batch_{await victim.FileBatchAsync(isMixed: true)}",
            ["file"] = (await client.UploadAsync(Encoding.UTF8.GetBytes(word), $"{word}.txt", "user_data")).Id,
            ["prompt"] = (await client.PostAsync("/api/prompts", $$"""{"kind":"chat","name":"shop","language":"en","system":"{{word}}"}""")).Id,
            ["secret"] = (await client.PostAsync("/api/webhooks/secrets", "{}")).Id,
            ["action"] = (await client.PostAsync("/api/jobs/retry", """{"kind":"feedback"}""")).Id,
            ["user"] = Uri.EscapeDataString(victim.User),
            ["escaped user"] = Uri.EscapeDataString(victim.User),
            ["word"] = word,
        };
        things["delivery"] = (await client.GetAsync($"/api/webhooks/deliveries?job={things["job"]}")).Json.GetProperty("deliveries")[0].GetProperty("id").GetString()!;
        (await client.SendAsync(HttpMethod.Put, $"/api/documents/by-key/{things["document key"]}", ApiClient.Json(Encoding.UTF8.GetBytes($$"""{"text":"{{word}}"}""")))).Status.ShouldBeInRange(200, 202);
        return things;
    }

    /// <summary>What the client itself reads of its things, and where that moves on by itself, only that it can; figures of the report are none.</summary>
    private static async Task<IReadOnlyList<string>> LookAsync(ApiClient client, Dictionary<string, string> things)
    {
        List<string> seen = [];
        foreach (var (route, (thing, _)) in Rows.Where(row => row.Key.StartsWith("get ", StringComparison.Ordinal) && things.ContainsKey(row.Value.Thing) && row.Value.Thing is not "report" && !row.Key.EndsWith("/events", StringComparison.Ordinal)))
        {
            var answer = await SendAsync(client, Filled(route, things[thing]), "");
            answer.Status.ShouldBe(200, route);
            seen.Add(thing is "delivery" or "user" or "action" or "document key" ? route : $"{route} {Rate().Replace(answer.Text, "")}");
        }

        return seen;
    }

    private static void Compare(string what, Answer answer, Answer expected, string[] theirs, string[] nobodys, string word, List<string> wrong)
    {
        var (text, other) = (Without(answer.Text, theirs), Without(expected.Text, nobodys));
        if (answer.Status != expected.Status || ((answer.Status >= 400 || what.Contains(" get ", StringComparison.Ordinal)) && text != other) || text.Contains(word, StringComparison.Ordinal))
        {
            wrong.Add($"{what}: {answer.Status} {text} instead of {expected.Status} {other}");
        }
    }

    private static string Without(string text, string[] ids) => ids.OrderByDescending(id => id.Length).Aggregate(text, (left, id) => left.Replace(id, "ID", StringComparison.Ordinal).Replace(Uri.UnescapeDataString(id), "ID", StringComparison.Ordinal));

    /// <summary>Of the same form as an id, and nobody's.</summary>
    private static string Nobodys(string id) =>
        id.Length >= 36 && Guid.TryParse(id[^36..], out _) ? id[..^36] + Guid.CreateVersion7() : $"nobody{Guid.CreateVersion7():N}";

    private static string Filled(string route, string id) => route[..route.IndexOf('{', StringComparison.Ordinal)] + id + route[(route.IndexOf('}', StringComparison.Ordinal) + 1)..];

    private static string Referring(string text, Dictionary<string, string> things) =>
        things.Aggregate(text, (filled, thing) => filled.Replace($"§{thing.Key}§", thing.Key is "user" ? Uri.UnescapeDataString(thing.Value) : thing.Value, StringComparison.Ordinal));

    private static Task<Answer> SendAsync(ApiClient client, string route, string body) => client.SendAsync(
        HttpMethod.Parse(route.Split(' ')[0]), route.Split(' ')[1], body is "" ? null : ApiClient.Json(Encoding.UTF8.GetBytes(body)));

    // Of a batch, which is less from moment to moment.
    [GeneratedRegex("""\"finished_per_minute\":[0-9.]+,""")]
    private static partial Regex Rate();
}
