using System.Net;
using System.Text.RegularExpressions;
using Pipeline.Core.Clients;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Console.Tests;

/// <summary>The models on the page of workers, and the forms that move their names.</summary>
public sealed partial class ModelTests(ConsoleApi api) : IClassFixture<ConsoleApi>
{
    [Fact]
    public async Task The_table_tells_who_has_what_in_which_state_and_memory_vectors_included()
    {
        using var visitor = await EnterAsync(Role.Operator);

        var rows = Row().Matches((await visitor.GetAsync("/workers")).Ok().Html).Select(row => Spaces().Replace(WebUtility.HtmlDecode(Tag().Replace(row.Value, " ")), " ").Trim()).ToList();

        rows.ShouldContain(row => row.StartsWith("small /models/small.gguf emotion gpu-1:1 loaded 40 MiB 3 / 16 0 ", StringComparison.Ordinal));
        rows.ShouldContain(row => row.StartsWith("large /models/large.gguf emotion gpu-1:1 absent 5,000 MiB", StringComparison.Ordinal));
        rows.ShouldContain(row => row.StartsWith("broken /models/broken.gguf emotion gpu-1:1 refused The model file /models/broken.gguf does not exist. 0 MiB", StringComparison.Ordinal));
        rows.ShouldContain(row => row.StartsWith("vectors /models/bge-m3 embedding gpu-1:1 loaded 2,345 MiB 0 0 ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_form_moves_a_name_to_another_file_and_another_one_moves_it_back()
    {
        using var visitor = await EnterAsync(Role.Operator);
        var calls = await CallsAsync(visitor);
        calls.ShouldContain("PUT /api/models/large/file");
        calls.ShouldContain("PUT /api/models/broken/file");
        calls.ShouldNotContain("PUT /api/models/vectors/file", "vectors of two models cannot be compared");
        calls.ShouldNotContain("DELETE /api/models/large/file");

        (await visitor.CallAsync("/workers", "PUT /api/models/large/file", ("path", "/models/large-v2.gguf"))).Location.ShouldBe("/workers");
        var moved = (await visitor.GetAsync("/workers")).Ok().Text;
        moved.ShouldContain("/models/large-v2.gguf");
        moved.ShouldContain("olga");

        (await CallsAsync(visitor)).ShouldContain("DELETE /api/models/large/file");
        (await visitor.CallAsync("/workers", "DELETE /api/models/large/file")).Location.ShouldBe("/workers");
        (await visitor.GetAsync("/workers")).Ok().Text.ShouldNotContain("/models/large-v2.gguf");
    }

    [Fact]
    public async Task A_file_that_cannot_be_one_is_refused_with_its_field_and_a_client_may_move_nothing()
    {
        using var visitor = await EnterAsync(Role.Operator);
        var refused = await visitor.CallAsync("/workers", "PUT /api/models/large/file", ("path", "/etc/passwd"));
        (refused.Status, refused.Text).ShouldSatisfyAllConditions(page => page.Status.ShouldBe(400), page => page.Text.ShouldContain(".gguf"));

        using var client = await api.EnterAsync(Role.Client);
        (await client.CallAsync("/jobs", "PUT /api/models/large/file", ("path", "/models/large-v2.gguf"))).Status.ShouldBe(403);
    }

    /// <summary>Once the API knows what the worker has.</summary>
    private async Task<Visitor> EnterAsync(Role role)
    {
        var visitor = await api.EnterAsync(role);
        await Eventually.TrueAsync(async () => (await visitor.GetAsync("/workers")).Text.Contains("/models/bge-m3", StringComparison.Ordinal));
        return visitor;
    }

    /// <summary>What the forms of the page call.</summary>
    private static async Task<IReadOnlyList<string>> CallsAsync(Visitor visitor) =>
        [.. Call().Matches((await visitor.GetAsync("/workers")).Ok().Html).Select(call => WebUtility.HtmlDecode(call.Groups[1].Value))];

    [GeneratedRegex("name=\"_call\" value=\"([^\"]+)\"")]
    private static partial Regex Call();

    [GeneratedRegex("<tr>.*?</tr>", RegexOptions.Singleline)]
    private static partial Regex Row();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex("\\s+")]
    private static partial Regex Spaces();
}
