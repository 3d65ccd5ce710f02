using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Events;

internal static class EventsDocs
{
    private const string Example = """
        event: state
        data: {"state":"queued","attempt":0,"jobs_ahead":2}

        event: state
        data: {"state":"running","attempt":1}

        event: tokens
        id: 1-2
        data: {"attempt":1,"offset":0,"text":"Se"}

        event: tokens
        id: 1-6
        data: {"attempt":1,"offset":2,"text":"oul."}

        event: end
        id: end
        data: {"id":"019a9c1e-7f00-7000-8000-000000000000","kind":"chat","state":"succeeded"}


        """;

    public static readonly ParameterDoc OnDisconnect = new(
        "query", Pipeline.Api.Events.OnDisconnect.Name, "`cancel`: the job is canceled when the client leaves before its end; `continue`: it is not. Default `continue`, below /v1 `cancel` unless there is an Idempotency-Key.");

    public static readonly AnswerDoc ServerSentEvents = new(200, "Server-sent events.", typeof(string), Example) { MediaType = "text/event-stream" };

    public static readonly EndpointDoc Stream = new()
    {
        Name = "streamJobEvents",
        Tag = "jobs",
        Summary = "Stream the events of a job",
        Description = """
            Server-sent events: `state` whenever state, attempt or place in the queue change, `progress`, `tokens` with text where the kind writes any, and at last `end` with the whole job.
            Text of another attempt, or at an earlier offset, replaces what came before. Comments keep a silent connection alive.
            A client that comes back with `Last-Event-ID` goes on where it was, at any server; after `end` it gets 204.
            """,
        Parameters =
        [
            SharedDocs.JobId,
            OnDisconnect,
            new("header", LastEventId.Header, "The id of the last event that the client has."),
        ],
        Answers = [ServerSentEvents, new(204, "The client has the end already.")],
        Problems = [ProblemType.InvalidInput, ProblemType.JobNotFound, ProblemType.TooManyStreams, .. SharedDocs.AnyCall],
    };
}
