using Pipeline.Api.OpenApi;

namespace Pipeline.Api.OpenAi;

/// <summary><c>GET /v1/models</c> and <c>/v1/models/{id}</c>.</summary>
internal static class ModelsEndpoint
{
    // Models have no age here; clients only want a number.
    private const long Created = 1_763_596_800;

    public static void Map(IEndpointRouteBuilder v1)
    {
        v1.MapGet("/models", () => Results.Json(new ModelList([.. ModelNames.All.Select(Of)]), OpenAiJson.Wire.ModelList)).Describe(OpenAiDocs.Models);
        v1.MapGet("/models/{id}", Find).Describe(OpenAiDocs.OneModel);
    }

    private static IResult Find(string id) =>
        ModelNames.All.Contains(id) ? Results.Json(Of(id), OpenAiJson.Wire.ModelEntry) : ModelNames.NotFound(id);

    private static ModelEntry Of(string name) => new(name, Created);
}

internal sealed record ModelList(IReadOnlyList<ModelEntry> Data)
{
    public string Object { get; } = "list";
}

internal sealed record ModelEntry(string Id, long Created)
{
    public string Object { get; } = "model";

    public string OwnedBy { get; } = "pipeline";
}
