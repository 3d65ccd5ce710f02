namespace Pipeline.Api.OpenAi;

/// <summary>Everything below <c>/v1</c> speaks the language of OpenAI's clients, its failures too.</summary>
internal static class OpenAiRoutes
{
    public const string Root = "/v1";

    public static bool Has(PathString path) => path.StartsWithSegments(Root, StringComparison.OrdinalIgnoreCase);

    public static void Map(IEndpointRouteBuilder app)
    {
        var v1 = app.MapGroup(Root);
        ModelsEndpoint.Map(v1);
        OpenAiEmbeddingsEndpoint.Map(v1);
        CompletionsEndpoint.Map(v1);
    }
}
