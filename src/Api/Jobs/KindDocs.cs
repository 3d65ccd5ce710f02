using System.ComponentModel;
using Pipeline.Api.Events;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Contracts;

namespace Pipeline.Api.Jobs;

/// <summary>The document of the path of a kind, as its descriptor has it.</summary>
internal static class KindDocs
{
    private const string Streaming =
        "With \"stream\": true the answer is text/event-stream: the events of GET /api/jobs/{id}/events, from the first token on.";

    public static EndpointDoc Of(JobKind kind, KindBody? body)
    {
        var doc = new EndpointDoc
        {
            Name = kind.Operation,
            Tag = kind.Tag,
            Summary = kind.Summary,
            Description = kind.Description,
            Parameters = SharedDocs.ViewedSubmission,
            Body = new(kind.InputJson.Type, [.. kind.Examples.Select(example => (example.Name, example.Json))])
            {
                Also = [.. body is null ? [] : (Type[])[body.Fields], .. kind.IsStreamed ? (Type[])[typeof(StreamField)] : [], typeof(CommonRequest)],
            },
            Answers = SharedDocs.JobAnswers(kind),
            Problems = SharedDocs.ViewedSubmissions,
        };
        return kind.IsStreamed ? doc.Streamed() : doc;
    }

    /// <summary>The same of a path whose text can be streamed.</summary>
    public static EndpointDoc Streamed(this EndpointDoc doc) => doc with
    {
        Description = $"{doc.Description} {Streaming}".TrimStart(),
        Parameters = [.. doc.Parameters, EventsDocs.OnDisconnect],
        Problems = [.. doc.Problems, ProblemType.TooManyStreams],
    };
}

/// <summary>What kinds take whose text can be streamed.</summary>
internal sealed record StreamField
{
    [Description("true: server-sent events instead of the job.")]
    public bool? Stream { get; init; }
}
