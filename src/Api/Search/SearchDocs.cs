using System.ComponentModel;
using System.Text.Json;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Search;

internal static class SearchDocs
{
    public static readonly EndpointDoc Search = new()
    {
        Name = "search",
        Tag = "documents",
        Summary = "Find the chunks that answer a query best",
        Description = "By meaning and by words, joined by their places in both lists. Finds your own documents only, and a deleted one never.",
        Body = new(typeof(SearchRequest),
        [
            ("A question", """{"query":"How long may I return goods?","k":3}"""),
            ("With a filter", """{"query":"배송은 얼마나 걸리나요?","filter":{"team":"shop"},"mode":"words"}"""),
        ]),
        Answers =
        [
            new(200, "What was found.", typeof(SearchResource), """
                {"results":[{"document_id":"019a9c1e-7f00-7000-8000-000000000002","title":"Returns","chunk":0,
                  "text":"# Returns\nGoods can be returned within 30 days. The money is back after a week.","score":0.181818,"similarity":0.8123,
                  "metadata":{"team":"shop"},"links":{"document":"/api/documents/019a9c1e-7f00-7000-8000-000000000002"}}],
                 "model":"embedding-mini-ko-en"}
                """),
        ],
        Problems = [ProblemType.InvalidInput, ProblemType.NotJson, .. SharedDocs.AnyCall, ProblemType.BodyTooLarge, ProblemType.MediaType],
    };
}

/// <summary>The body for readers of the document; <see cref="SearchDraft"/> reads it.</summary>
internal sealed record SearchRequest
{
    [Description("At most Search:QueryLengthMax (2,000) UTF-16 code units.")]
    public required string Query { get; init; }

    [Description("Results wanted, 1 to Search:ResultsMax (100); 10 without it.")]
    public int? K { get; init; }

    [Description("Most chunks of one document; any number without it.")]
    public int? PerDocument { get; init; }

    [Description("Only documents whose metadata contains all of this object.")]
    public JsonElement? Filter { get; init; }

    [Description("hybrid (default), vectors or words.")]
    public string? Mode { get; init; }

    [Description("Whom you search for: 1 to 200 characters of your own.")]
    public string? User { get; init; }
}
