using Microsoft.Extensions.Options;
using Pipeline.Api.Body;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenAi.Responses;
using Pipeline.Contracts;

namespace Pipeline.Api.OpenAi.Batches;

/// <summary>The paths that lines of a batch may ask, and how each reads its body: as its own route does.</summary>
internal sealed class LineEndpoints(JobCatalog catalog, ModelNames models, ResponseDraft responses, IOptions<ApiOptions> options, IOptions<InputLimits> limits, TimeProvider time)
{
    public const string Chat = "/v1/chat/completions";
    public const string Embeddings = "/v1/embeddings";
    public const string Responses = "/v1/responses";

    private const string Api = "/api";

    private readonly Dictionary<string, JobKind> _kinds =
        catalog.All.Where(kind => kind.Route is not null).ToDictionary(kind => Api + kind.Route, StringComparer.Ordinal);

    public IReadOnlyCollection<string> All { get; } =
        [Chat, Responses, Embeddings, .. catalog.All.Where(kind => kind.Route is not null).Select(kind => Api + kind.Route)];

    /// <summary>Null once it has reported what is wrong with the body.</summary>
    public JobDraft? Parse(string endpoint, BodyFields fields) => endpoint switch
    {
        Chat => CompletionDraft.Parse(fields, models, limits.Value, time.GetUtcNow()),
        Embeddings => EmbeddingsDraft.Parse(fields, models, options.Value, limits.Value),
        Responses => responses.ParseLine(fields),
        _ => KindDraft.Parse(_kinds[endpoint], fields, options.Value, limits.Value, time.GetUtcNow()),
    };
}
