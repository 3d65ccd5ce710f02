using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Webhooks;

internal static class WebhooksDocs
{
    private const string Tag = "webhooks";

    private const string Summary = """
        "id":"019a9c1e-7f00-7000-8000-000000000004","job_id":"019a9c1e-7f00-7000-8000-000000000000","url":"https://example.com/hooks",
        "type":"job.succeeded","state":"pending","attempts":2,"created_at":"2026-11-20T09:00:00.05+00:00",
        "attempted_at":"2026-11-20T09:00:05.3+00:00","due_at":"2026-11-20T09:05:17+00:00","status":500,"error":"The URL answered 500.",
        "response":"Oops","links":{"self":"/api/webhooks/deliveries/019a9c1e-7f00-7000-8000-000000000004",
        "replay":"/api/webhooks/deliveries/019a9c1e-7f00-7000-8000-000000000004/replay"}
        """;

    private const string Delivery = "{" + Summary + """
        ,"payload":{"type":"job.succeeded","timestamp":"2026-11-20T09:00:00.05+00:00","data":{"id":"019a9c1e-7f00-7000-8000-000000000000",
        "kind":"emotion","state":"succeeded","result":{"emotion":"joy","confidence":0.91}}}}
        """;

    private const string Secrets = """
        {"secrets":[{"id":"019a9c1e-7f00-7000-8000-000000000006","created_at":"2026-11-20T09:00:00+00:00"},
          {"id":"019a9c1e-7f00-7000-8000-000000000005","created_at":"2026-08-01T09:00:00+00:00","expires_at":"2026-11-21T09:00:00+00:00"}]}
        """;

    private static readonly ParameterDoc DeliveryId = new("path", "id", "The delivery's UUID, such as 019a9c1e-7f00-7000-8000-000000000004.");

    public static readonly EndpointDoc List = new()
    {
        Name = "listDeliveries",
        Tag = Tag,
        Summary = "List webhook deliveries, newest first",
        Parameters =
        [
            new("query", "job", "Only those of this job."),
            new("query", "batch", "Only those of this batch."),
            new("query", JobsDocs.ClientParameter, "Operators: those of this client, or of all with *. Bodies and answers are left out, and paths of URLs."),
            new("query", "state", "Only those in this state: pending, delivered, failed or disabled."),
            new("query", "before", "Only deliveries older than this id; `links.next` sets it."),
            new("query", "limit", "1 to Api:PageLengthMax (200), default 50.", "50"),
        ],
        Answers =
        [
            new(200, "A page.", typeof(DeliveryPageResource),
                """{"deliveries":[{""" + Summary + """}],"links":{"self":"/api/webhooks/deliveries?limit=50"}}"""),
        ],
        Problems = [ProblemType.InvalidInput, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Find = new()
    {
        Name = "getDelivery",
        Tag = Tag,
        Summary = "Get a webhook with its body",
        Parameters = [DeliveryId, new("query", JobsDocs.ClientParameter, "Operators: also one of this client, or of anybody with *; of others without its body.")],
        Answers = [new(200, "The delivery.", typeof(DeliveryResource), Delivery)],
        Problems = [ProblemType.InvalidInput, ProblemType.DeliveryNotFound, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Replay = new()
    {
        Name = "replayDelivery",
        Tag = Tag,
        Summary = "Send a webhook again, whatever its state",
        Description = "With the same webhook-id and body, from the start of the retry schedule. A URL that answered 410 Gone is enabled again.",
        Parameters = [DeliveryId],
        Answers = [new(202, "The delivery, pending again.", typeof(DeliveryResource), Delivery)],
        Problems = [ProblemType.InvalidInput, ProblemType.DeliveryNotFound, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc AddSecret = new()
    {
        Name = "addWebhookSecret",
        Tag = Tag,
        Summary = "Create a secret for signing webhooks",
        Description = "It is shown only once. The previous secret signs as well for Webhooks:SecretOverlap (1 day); an older one is revoked.",
        Answers =
        [
            new(201, "The secret.", typeof(SecretResource), """
                {"id":"019a9c1e-7f00-7000-8000-000000000006","secret":"whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDazfzfTkKVqg=","created_at":"2026-11-20T09:00:00+00:00"}
                """),
        ],
        Problems = SharedDocs.AnyCall,
    };

    public static readonly EndpointDoc ListSecrets = new()
    {
        Name = "listWebhookSecrets",
        Tag = Tag,
        Summary = "List the active secrets, without their values",
        Answers = [new(200, "The secrets, the current one first.", typeof(SecretListResource), Secrets)],
        Problems = SharedDocs.AnyCall,
    };

    public static readonly EndpointDoc DeleteSecret = new()
    {
        Name = "deleteWebhookSecret",
        Tag = Tag,
        Summary = "Revoke a secret at once, for example because it leaked",
        Description = "Without any secret, webhooks wait in their retry schedule until there is one.",
        Parameters = [new("path", "id", "The secret's UUID, such as 019a9c1e-7f00-7000-8000-000000000005.")],
        Answers = [new(200, "Those that are left.", typeof(SecretListResource), Secrets)],
        Problems = [ProblemType.InvalidInput, ProblemType.SecretNotFound, .. SharedDocs.AnyCall],
    };
}
