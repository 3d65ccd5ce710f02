using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Core.Clients;
using Pipeline.Core.Steering;

namespace Pipeline.Api.Keys;

internal static class KeysDocs
{
    public const string KeyParameter = "key";

    private const string Tag = "keys";

    private const string Key = """
        {"id":"019a9c1e-7f00-7000-8000-00000000000a","name":"web","role":"client","weight":1,"limits":{"requests_per_minute":600,"tokens_per_day":1000000},"state":"active","prefix":"pk_3vJ1q","created_at":"2026-11-20T09:00:00+00:00",
         "expires_at":"2027-02-18T09:00:00+00:00","last_used_at":"2026-11-20T12:00:00+00:00"}
        """;

    private const string NewKey = """
        {"id":"019a9c1e-7f00-7000-8000-00000000000b","name":"web","role":"client","weight":1,"state":"active","prefix":"pk_9dXk0",
         "key":"pk_9dXk0C2FVsBQIhrscChlQIMV-b5sSYspob7oDazfzfT","created_at":"2026-11-20T13:00:00+00:00","expires_at":"2027-02-18T13:00:00+00:00"}
        """;

    private static readonly ParameterDoc Name = new("path", "name", "The name of the key, such as web.");

    private static readonly IReadOnlyList<ProblemType> WithBody = [ProblemType.InvalidInput, ProblemType.NotJson, ProblemType.BodyTooLarge, ProblemType.MediaType, .. SharedDocs.AnyCall];

    public static readonly EndpointDoc Own = new()
    {
        Name = "getOwnKey",
        Tag = Tag,
        Summary = "Get the name, role and end of the key that you send",
        Answers = [new(200, "The key.", typeof(OwnKeyResource), """{"name":"web","role":"client","expires_at":"2027-02-18T09:00:00+00:00"}""")],
        Problems = SharedDocs.AnyCall,
    };

    public static readonly EndpointDoc List = new()
    {
        Name = "listKeys",
        Tag = Tag,
        Summary = "List keys, expired and revoked ones included, newest first",
        Parameters =
        [
            new("query", "before", "Only keys older than this id; `links.next` sets it."),
            new("query", "limit", "1 to Api:PageLengthMax (200), default 50.", "50"),
        ],
        Answers = [new(200, "A page.", typeof(KeyPageResource), """{"keys":[""" + Key + """],"links":{"self":"/api/keys?limit=50"}}""")],
        Problems = [ProblemType.InvalidInput, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Add = new()
    {
        Name = KeyActions.Add,
        Tag = Tag,
        Summary = "Create a key",
        Description = "It is shown only once. The first key is an admin's; from then on every request needs a key. The name of a revoked key is free again, for a new client unless `same_client` is true.",
        Body = new(typeof(KeyRequest), [("A client's key for 90 days", """{"name":"web","role":"client","expires_at":"2027-02-18T13:00:00Z"}"""), ("An admin's key", """{"name":"alice","role":"admin"}""")]),
        Answers = [new(201, "The key.", typeof(KeyResource), NewKey)],
        Problems = [ProblemType.KeyExists, .. WithBody],
    };

    public static readonly EndpointDoc Rotate = new()
    {
        Name = KeyActions.Rotate,
        Tag = Tag,
        Summary = "Replace a client's key",
        Description = "The new key is shown only once, and lives as long as the one before was to. That one, and any other of the client, works for the grace time.",
        Parameters = [Name],
        Body = new(typeof(RotationRequest), [("A week to change over", """{"grace":"7d"}""")]) { IsOptional = true },
        Answers = [new(201, "The new key.", typeof(KeyResource), NewKey)],
        Problems = [ProblemType.KeyNotFound, .. WithBody],
    };

    public static readonly EndpointDoc Change = new()
    {
        Name = KeyActions.Change,
        Tag = Tag,
        Summary = "Change the role, weight or limits of a client, or when its keys end",
        Description = "Within 5 s it holds for every process.",
        Parameters = [Name],
        Body = new(typeof(KeyChangeRequest), [("An operator's, without an end", """{"role":"operator","expires_at":null}"""), ("Three times the share", """{"weight":3}"""), ("Limits", """{"limits":{"requests_per_minute":600,"tokens_per_day":1000000,"jobs_in_flight":null}}""")]),
        Answers = [new(200, "The client's newest key.", typeof(KeyResource), Key)],
        Problems = [ProblemType.KeyNotFound, ProblemType.LastAdmin, .. WithBody],
    };

    public static readonly EndpointDoc Erase = new()
    {
        Name = KeyActions.Erase,
        Tag = Tag,
        Summary = "Erase everything of a client",
        Description = "Of all clients that ever had the name, revoked ones included. Their keys end at once, and what they have goes in the background, 15 s later at the earliest: jobs, batches, files, documents, conversations, prompts, reports, webhooks, keys. What stays is the name, for the audit, and how much they used. It can be asked for again.",
        Parameters = [Name],
        Body = new(typeof(ErasureRequest), [("Only those that are revoked", """{"revoked_only":true}""")]) { IsOptional = true },
        Answers = [new(202, "One action for each client.", typeof(ErasedClientsResource), """{"actions":[""" + Steering.JobActionsDocs.Erasure(JobActionScope.Client) + "]}")],
        Problems = [ProblemType.KeyNotFound, ProblemType.LastAdmin, .. WithBody],
    };

    public static readonly EndpointDoc Revoke = new()
    {
        Name = KeyActions.Revoke,
        Tag = Tag,
        Summary = "Revoke all keys of a client, or one",
        Description = "They stop working within 5 s. What belongs to the client stays. The last key of an admin cannot be revoked.",
        Parameters = [Name, new("query", KeyParameter, "Only the key with this id.")],
        Answers = [new(204, "They are revoked.")],
        Problems = [ProblemType.InvalidInput, ProblemType.KeyNotFound, ProblemType.LastAdmin, .. SharedDocs.AnyCall],
    };
}
