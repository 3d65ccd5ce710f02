using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Steering;

internal static class SteeringDocs
{
    public const string Tag = "steering";

    private const string Pause = """
        {"scope":"queue","name":"report","reason":"new model tonight","paused_at":"2026-11-20T09:00:00+00:00","paused_by":"alice"}
        """;

    private const string Draining = """
        {"id":"019a9c1e-7f00-7000-8000-00000000000d","host":"gpu-1:4711","state":"draining","running":2,"slots":{"chat":8,"chat-bulk":8},"models":[],"started_at":"2026-11-20T08:00:00+00:00"}
        """;

    private const string Active = """
        {"id":"019a9c1e-7f00-7000-8000-00000000000d","host":"gpu-1:4711","state":"active","running":8,"slots":{"chat":8,"chat-bulk":8},"models":[{"names":["qwen2.5-7b"],"kinds":["chat"],"own_of":["chat"],"file":"/models/qwen2.5-7b-q4_k_m.gguf","state":"loaded","memory_mib":5120,"gpu_memory_mib":0,"running":8,"waiting":0,"load_seconds":9.5,"wait_seconds":0}],"started_at":"2026-11-20T08:00:00+00:00"}
        """;

    private static readonly IReadOnlyList<ParameterDoc> Target =
    [
        new("path", "scope", "queue, kind or client."),
        new("path", "name", "The name of the queue, kind or client, such as report."),
    ];

    private static readonly ParameterDoc Worker = new("path", "id", "The worker's id; GET /api/workers tells it.");

    public static readonly EndpointDoc ListPauses = new()
    {
        Name = "listPauses",
        Tag = Tag,
        Summary = "List what is held back",
        Answers = [new(200, "All pauses.", typeof(PausesResource), """{"pauses":[""" + Pause + "]}")],
        Problems = [.. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc PutPause = new()
    {
        Name = "putPause",
        Tag = Tag,
        Summary = "Pause a queue, a kind or a client",
        Description = "Jobs are accepted and wait. Of a queue or kind nothing more starts within a second; of a client what is on its way to workers still runs. What runs goes on.",
        Parameters = Target,
        Body = new(typeof(PauseRequest), [("With a reason", """{"reason":"new model tonight"}""")]) { IsOptional = true },
        Answers = [new(200, "The pause.", typeof(PauseResource), Pause)],
        Problems = [ProblemType.PauseNotFound, ProblemType.InvalidInput, ProblemType.NotJson, ProblemType.BodyTooLarge, ProblemType.MediaType, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc DeletePause = new()
    {
        Name = "deletePause",
        Tag = Tag,
        Summary = "Resume what was paused",
        Parameters = Target,
        Answers = [new(204, "It goes on.")],
        Problems = [ProblemType.PauseNotFound, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc ListWorkers = new()
    {
        Name = "listWorkers",
        Tag = Tag,
        Summary = "List the living workers",
        Answers = [new(200, "All of them.", typeof(WorkersResource), """{"workers":[""" + Active + "]}")],
        Problems = [.. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc DrainWorker = new()
    {
        Name = "drainWorker",
        Tag = Tag,
        Summary = "Let a worker take nothing new",
        Description = "It gives back what it has not started, finishes what it runs, and is `drained` then: it can be stopped without a job noticing. Its process stays.",
        Parameters = [Worker],
        Answers = [new(200, "The worker.", typeof(WorkerResource), Draining)],
        Problems = [ProblemType.InvalidInput, ProblemType.WorkerNotFound, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc UndrainWorker = new()
    {
        Name = "undrainWorker",
        Tag = Tag,
        Summary = "Let a drained worker take jobs again",
        Parameters = [Worker],
        Answers = [new(200, "The worker.", typeof(WorkerResource), Active)],
        Problems = [ProblemType.InvalidInput, ProblemType.WorkerNotFound, .. SharedDocs.AnyCall],
    };
}
