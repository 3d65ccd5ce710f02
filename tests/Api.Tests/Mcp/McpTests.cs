using System.Text.Json;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Pipeline.Api.Tests.Hosting;
using Pipeline.Contracts;

namespace Pipeline.Api.Tests.Mcp;

/// <summary>The tools, through the client of the SDK.</summary>
public sealed class McpTests(LocalApi local, KeyedApi keyed) : IClassFixture<KeyedApi>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_tools_are_described()
    {
        await using var client = await ConnectAsync(local.Host.Address);

        var tools = await client.ListToolsAsync(cancellationToken: Cancellation);

        tools.Select(tool => tool.Name).ShouldBe(["submit_job", "get_job", "wait_for_job", "cancel_job", "search_documents", "analyze_emotion"], ignoreOrder: true);
        tools.ShouldAllBe(tool => tool.Description.Length > 0 && tool.JsonSchema.GetProperty("type").GetString() == "object");
        tools.Single(tool => tool.Name == "submit_job").JsonSchema.GetProperty("properties").GetProperty("kind").GetProperty("enum").EnumerateArray()
            .Select(kind => kind.GetString()).ShouldBe(JobCatalog.Own.All.Where(kind => kind.Route is not null).Select(kind => kind.Name));
    }

    [Fact]
    public async Task A_job_is_submitted_waited_for_and_read()
    {
        await using var client = await ConnectAsync(local.Host.Address);
        var text = $"hold {Guid.CreateVersion7()}";

        var submitted = Json(await CallAsync(client, "submit_job", ("kind", "emotion"), ("input", new Dictionary<string, object?> { ["text"] = text }), ("priority", "bulk")));
        var waiting = CallAsync(client, "wait_for_job", ("id", submitted.GetProperty("id").GetString()), ("wait_seconds", 60));
        await local.Worker.StartedAsync(text);
        local.Worker.Release(text);

        submitted.GetProperty("priority").GetString().ShouldBe("bulk");
        Json(await waiting).GetProperty("state").GetString().ShouldBe("succeeded");
        Json(await CallAsync(client, "get_job", ("id", submitted.GetProperty("id").GetString()))).GetProperty("result").GetProperty("emotion").GetString().ShouldNotBeNull();
    }

    [Fact]
    public async Task A_repeat_with_the_same_key_is_the_same_job()
    {
        await using var client = await ConnectAsync(local.Host.Address);
        (string, object?)[] arguments = [("kind", "emotion"), ("input", new Dictionary<string, object?> { ["text"] = "once" }), ("idempotency_key", $"{Guid.CreateVersion7()}"), ("wait_seconds", 60)];

        var first = Json(await CallAsync(client, "submit_job", arguments));
        var second = Json(await CallAsync(client, "submit_job", arguments));

        first.GetProperty("state").GetString().ShouldBe("succeeded");
        second.GetProperty("id").GetString().ShouldBe(first.GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_job_is_canceled()
    {
        await using var client = await ConnectAsync(local.Host.Address);
        var text = $"hold {Guid.CreateVersion7()}";
        var submitted = Json(await CallAsync(client, "submit_job", ("kind", "emotion"), ("input", new Dictionary<string, object?> { ["text"] = text })));

        var canceled = Json(await CallAsync(client, "cancel_job", ("id", submitted.GetProperty("id").GetString())));
        var again = await CallAsync(client, "cancel_job", ("id", submitted.GetProperty("id").GetString()));

        canceled.GetProperty("state").GetString().ShouldBe("canceled");
        again.IsError.ShouldBe(true);
        Text(again).ShouldContain("urn:pipeline:problem:job-state");
    }

    [Fact]
    public async Task Emotions_come_as_results_alone()
    {
        await using var client = await ConnectAsync(local.Host.Address);

        Json(await CallAsync(client, "analyze_emotion", ("text", "드디어!"))).TryGetProperty("emotion", out _).ShouldBeTrue();
        Json(await CallAsync(client, "analyze_emotion", ("texts", new[] { "a", "b" }))).GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public async Task Documents_are_searched()
    {
        await using var client = await ConnectAsync(local.Host.Address);

        var found = Json(await CallAsync(client, "search_documents", ("query", "How long may I return goods?"), ("mode", "words"), ("k", 3)));

        found.GetProperty("results").ValueKind.ShouldBe(JsonValueKind.Array);
    }

    [Theory]
    [InlineData("submit_job", "kind", "sums", "kind is")]
    [InlineData("get_job", "id", "7", "id is")]
    [InlineData("get_job", "name", "a", "name is not a known argument. Known: id.")]
    [InlineData("wait_for_job", "wait_seconds", "soon", "has wait=soon")]
    [InlineData("search_documents", "query", " ", "query is empty")]
    [InlineData("analyze_emotion", "text", " ", "text is empty")]
    public async Task What_is_wrong_is_told_in_the_words_of_the_API(string tool, string argument, string value, string message)
    {
        await using var client = await ConnectAsync(local.Host.Address);

        var answer = await CallAsync(client, tool, (argument, value));

        answer.IsError.ShouldBe(true);
        Text(answer).ShouldContain(message);
    }

    [Fact]
    public async Task Keys_are_those_of_the_API()
    {
        var (_, key) = await keyed.NewClientAsync();
        var (_, otherKey) = await keyed.NewClientAsync();
        await using var client = await ConnectAsync(keyed.Host.Address, key);
        await using var other = await ConnectAsync(keyed.Host.Address, otherKey);
        var submitted = Json(await CallAsync(client, "submit_job", ("kind", "emotion"), ("input", new Dictionary<string, object?> { ["text"] = "mine" })));

        Json(await CallAsync(client, "get_job", ("id", submitted.GetProperty("id").GetString()))).GetProperty("state").GetString().ShouldBe("queued");
        Text(await CallAsync(other, "get_job", ("id", submitted.GetProperty("id").GetString()))).ShouldContain("job-not-found");
        await Should.ThrowAsync<HttpRequestException>(() => ConnectAsync(keyed.Host.Address));
        await Should.ThrowAsync<HttpRequestException>(() => ConnectAsync(keyed.Host.Address, "pk_unknown"));
        (await keyed.Host.Client().PostAsync("/mcp", "{}")).ShouldBeProblem(401, "unauthorized");
    }

    private static async Task<McpClient> ConnectAsync(Uri address, string? key = null)
    {
        var transport = new HttpClientTransport(new()
        {
            Endpoint = new(address, "/mcp"),
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = key is null ? null : new Dictionary<string, string> { ["Authorization"] = $"Bearer {key}" },
        });
        return await McpClient.CreateAsync(transport, cancellationToken: Cancellation);
    }

    private static async Task<CallToolResult> CallAsync(McpClient client, string tool, params IEnumerable<(string Name, object? Value)> arguments) =>
        await client.CallToolAsync(tool, arguments.ToDictionary(argument => argument.Name, argument => argument.Value), cancellationToken: Cancellation);

    private static string Text(CallToolResult result) => result.Content.OfType<TextContentBlock>().ShouldHaveSingleItem().Text;

    private static JsonElement Json(CallToolResult result)
    {
        (result.IsError is true).ShouldBeFalse(Text(result));
        return JsonElement.Parse(Text(result));
    }
}
