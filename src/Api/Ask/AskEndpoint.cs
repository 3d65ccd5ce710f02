using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;

namespace Pipeline.Api.Ask;

/// <summary><c>POST /api/ask</c>: an answer from a client's documents, with its sources.</summary>
internal static class AskEndpoint
{
    public static void Map(IEndpointRouteBuilder api) => api
        .MapPost("/ask", (HttpContext context, JobSubmissions submissions, Questions questions) =>
            submissions.SubmitAsync(context, fields => questions.DraftAsync(context, fields)))
        .Describe(AskDocs.Ask);
}
