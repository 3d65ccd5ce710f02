using Pipeline.Api.OpenApi;

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
}
