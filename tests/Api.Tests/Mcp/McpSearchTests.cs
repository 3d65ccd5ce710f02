using System.Text.Json;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using Pipeline.Api.Tests.Documents;

namespace Pipeline.Api.Tests.Mcp;

/// <summary>The search tool over documents that a real worker embedded.</summary>
public sealed class McpSearchTests(DocumentsApi api) : IClassFixture<DocumentsApi>
{
    [Theory]
    [InlineData("words")]
    [InlineData("vectors")]
    [InlineData("hybrid")]
    public async Task A_document_is_found_by_the_key_of_its_client_and_no_other(string mode)
    {
        var (key, other) = (await api.Host.AddKeyAsync($"a-{Guid.CreateVersion7()}"), await api.Host.AddKeyAsync($"b-{Guid.CreateVersion7()}"));
        using var http = api.Host.Client(key);
        var document = await http.AddAsync("Goods may be returned within thirty days.", title: "Returns");
        await http.AddAsync("The office has four cats.");

        var found = (await SearchAsync(key, mode))[0];

        (found.GetProperty("document_id").GetString(), found.GetProperty("text").GetString()).ShouldBe((document.Id, "Goods may be returned within thirty days."));
        (await SearchAsync(other, mode)).ShouldBeEmpty();
    }

    private async Task<IReadOnlyList<JsonElement>> SearchAsync(string key, string mode)
    {
        var token = TestContext.Current.CancellationToken;
        var transport = new HttpClientTransport(new()
        {
            Endpoint = new(api.Host.Address, "/mcp"),
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = new Dictionary<string, string> { ["Authorization"] = $"Bearer {key}" },
        });
        await using var client = await McpClient.CreateAsync(transport, cancellationToken: token);
        Dictionary<string, object?> arguments = new() { ["query"] = "Within how many days may goods be returned?", ["mode"] = mode, ["k"] = 3 };
        var result = await client.CallToolAsync("search_documents", arguments, cancellationToken: token);
        var text = result.Content.OfType<TextContentBlock>().ShouldHaveSingleItem().Text;
        (result.IsError is true).ShouldBeFalse(text);
        return [.. JsonElement.Parse(text).GetProperty("results").EnumerateArray()];
    }
}
