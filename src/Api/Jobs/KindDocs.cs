using Pipeline.Api.Events;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Jobs;

/// <summary>The document of a path that submits jobs of one kind.</summary>
internal static class KindDocs
{
    /// <param name="result">The beginning of an example result, up to what every generated result has.</param>
    public static EndpointDoc Of(
        string name, string tag, string summary, Type body, string kind, string result, params (string Name, string Json)[] examples) => new()
    {
        Name = name,
        Tag = tag,
        Summary = summary,
        Parameters = SharedDocs.Submission,
        Body = new(body, examples),
        Answers =
        [
            new(200, "The finished job, with `Prefer: wait`.", typeof(JobResource), SharedDocs.SucceededOf(kind, result)) { Headers = SharedDocs.SubmissionHeaders },
            new(202, "The job as it is.", typeof(JobResource), SharedDocs.QueuedOf(kind)) { Headers = SharedDocs.SubmissionHeaders },
        ],
        Problems = SharedDocs.Submissions,
    };

    /// <summary>The same of a kind whose text can be streamed.</summary>
    public static EndpointDoc Streamed(this EndpointDoc doc) => doc with
    {
        Description = $"{doc.Description} With \"stream\": true the answer is text/event-stream: the events of GET /api/jobs/{{id}}/events, from the first token on.".TrimStart(),
        Parameters = [.. doc.Parameters, EventsDocs.OnDisconnect],
        Problems = [.. doc.Problems, ProblemType.TooManyStreams],
    };
}
