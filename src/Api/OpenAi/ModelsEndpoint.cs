using Pipeline.Api.OpenApi;

namespace Pipeline.Api.OpenAi;

/// <summary><c>GET /v1/models</c> and <c>/v1/models/{id}</c>.</summary>
internal static class ModelsEndpoint
{
    // Models have no age here; clients only want a number.
    private const long Created = 1_763_596_800;

    public static void Map(IEndpointRouteBuilder v1)
    {
        v1.MapGet("/models", (ModelNames names) => Results.Json(new ModelList([.. names.All.Select(Of)]), OpenAiJson.Wire.ModelList)).Describe(OpenAiDocs.Models);

        // Names of models may have slashes.
        v1.MapGet("/models/{**id}", Find).Describe(OpenAiDocs.OneModel);
    }

    private static IResult Find(string id, ModelNames names) =>
        names.Find(id) is { } model ? Results.Json(Of(model), OpenAiJson.Wire.ModelEntry) : names.NotFound(id);

    private static ModelEntry Of(NamedModel model) => new(model.Name, Created) { Kinds = model.Kinds, ContextLength = model.ContextTokens };
}

internal sealed record ModelList(IReadOnlyList<ModelEntry> Data)
{
    public string Object { get; } = "list";
}

internal sealed record ModelEntry(string Id, long Created)
{
    public string Object { get; } = "model";

    public string OwnedBy { get; } = "pipeline";

    /// <summary>The kinds of jobs that it does.</summary>
    public required IReadOnlyList<string> Kinds { get; init; }

    /// <summary>Longest prompt with its answer, in tokens.</summary>
    public int? ContextLength { get; init; }
}
