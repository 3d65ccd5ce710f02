using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Queues;

internal static class QueuesDocs
{
    public static readonly EndpointDoc Read = new()
    {
        Name = "getQueues",
        Tag = "queues",
        Summary = "Get depth, age, rate and workers of every queue",
        Description = "Sampled once a second, for the jobs of all clients together.",
        Answers =
        [
            new(200, "Every queue.", typeof(QueuesResource), """
                {"queues":[
                  {"queue":"emotion","depth":300,"depth_max":100000,"dispatched":64,"running":128,"oldest_seconds":0.4,"finished_per_minute":1240,"workers":2,"slots":128,"clients_waiting":3,"accepted_per_minute":1310,"paused":false},
                  {"queue":"emotion-bulk","depth":0,"depth_max":100000,"dispatched":0,"running":0,"finished_per_minute":0,"workers":2,"slots":128,"clients_waiting":0,"accepted_per_minute":0,"paused":true}]}
                """),
        ],
        Problems = SharedDocs.AnyCall,
    };

    public static readonly EndpointDoc Load = new()
    {
        Name = "getQueueLoad",
        Tag = "queues",
        Summary = "Get how many workers a queue keeps busy",
        Description = "For autoscalers, such as KEDA's `metrics-api` with `valueLocation: load` and `targetValue: \"1\"`.",
        Parameters = [new("path", "queue", "The name of the queue, such as emotion.")],
        Answers =
        [
            new(200, "The load at the last sample.", typeof(QueueLoadResource), """
                {"queue":"emotion","load":1.5,"waiting":32,"running":64,"slots_per_worker":64,"workers":1}
                """),
        ],
        Problems = [ProblemType.QueueNotFound, .. SharedDocs.AnyCall],
    };
}
