using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Api.OpenAi;
using Pipeline.Api.Problems;
using Pipeline.Core.Queues;

namespace Pipeline.Api.OpenApi;

/// <summary>One document for each <see cref="ProblemType"/>, as the API really writes it.</summary>
internal static class ProblemExamples
{
    public static JsonNode Of(ProblemType type)
    {
        var (detail, field) = Facts(type);
        var document = new ProblemDocument
        {
            Type = type.Uri,
            Title = type.Title,
            Status = type.Status,
            Detail = detail,
            Reason = type == ProblemType.DocumentUnreadable ? "encrypted" : null,
            Limit = type == ProblemType.LimitReached ? new("tokens_per_day", 99_800, 100_000) : null,
            Errors = field is null ? null : new Dictionary<string, IReadOnlyList<string>> { [field] = [detail[(field.Length + 1)..]] },
        };
        return JsonSerializer.SerializeToNode(document, ApiJson.Wire.ProblemDocument)!;
    }

    /// <summary>The same in OpenAI's shape.</summary>
    public static JsonNode OpenAiOf(ProblemType type)
    {
        var (detail, field) = Facts(type);
        return JsonSerializer.SerializeToNode(OpenAiError.Of(type, detail, field), OpenAiJson.Wire.OpenAiError)!;
    }

    private static (string Detail, string? Field) Facts(ProblemType type) => type.Name switch
    {
        "invalid-input" => ("texts[3] is empty, or has nothing that can be seen: send a text.", "texts[3]"),
        "not-json" => ("body is not JSON at line 1, byte 9: '}' is an invalid start of a value.", "body"),
        "unauthorized" => ("The request carries no API key. Send Authorization: Bearer KEY; ./run keys add NAME makes one.", null),
        "cross-site" => ("A browser sent this for a page of https://evil.example; pages of other sites may change nothing here. Send it from a program, or have the operator add the origin to Api:AllowedOrigins.", null),
        "not-local" => ("No API keys exist, so only requests from this machine to localhost are served; this one went to 10.0.0.7:8080. Run ./run keys add NAME.", null),
        "forbidden" => ("The key of 'web' has the role client; this needs operator. Ask an admin for another role (PATCH /api/keys/web) or another key (./run keys add NAME --role operator).", null),
        "key-not-found" => ("There is no active key named 'web'; ./run keys list and GET /api/keys show all keys.", null),
        "key-exists" => ("A key named 'web' exists. Choose another name, revoke it first, or rotate it: that gives the same client a new key.", null),
        "last-admin" => ("'web' has the last key of an admin; without one nobody could manage keys. Make another first: ./run keys add NAME --role admin.", null),
        "job-not-found" => ("Job 019a9c1e-7f00-7000-8000-000000000000 does not exist, or belongs to another API key. GET /api/jobs lists yours.", null),
        "batch-not-found" => ("Batch 019a9c1e-7f00-7000-8000-000000000000 does not exist, or belongs to another API key. GET /api/batches lists yours.", null),
        "batch-state" => ("Batch batch_019a9c1e-7f00-7000-8000-000000000001 is completed already; only a batch that has not ended can be canceled.", null),
        "file-not-found" => ("File file-019a9c1e-7f00-7000-8000-000000000003 does not exist, has expired, or belongs to another API key. GET /v1/files lists yours.", null),
        "response-not-found" => ("Response resp_019a9c1e-7f00-7000-8000-000000000000 does not exist, was not stored, or belongs to another API key.", null),
        "files-full" => ("You have 10000 files; Files:PerClientMax is 10000. Delete some, or raise the limit.", null),
        "conversation-not-found" => ("There is no interview 019a9c1e-7f00-7000-8000-000000000000, or it belongs to another API key.", null),
        "document-not-found" => ("Document 019a9c1e-7f00-7000-8000-000000000002 does not exist, or belongs to another API key. GET /api/documents lists yours.", null),
        "documents-full" => ("You have 100000 documents; Documents:PerClientMax is 100000. Delete some, or raise the limit.", null),
        "document-unreadable" => ("file is encrypted: remove its password.", "file"),
        "too-many-uploads" => ("You have 8 transfers under way; Documents:UploadsPerClientMax is 8. Wait for one to end, or raise the limit.", null),
        "prompt-not-found" => ("Prompt 019a9c1e-7f00-7000-8000-000000000000 does not exist, or belongs to another API key. GET /api/prompts lists yours.", null),
        "prompt-exists" => ("You have a prompt of this kind, name and language. PUT a new version to it; GET /api/prompts?kind=&name= finds it.", null),
        "prompt-built-in" => ("Prompt 019a9c1e-7f00-7000-8000-000000000000 is built in and cannot be changed. POST /api/prompts with kind chat, name default and language ko: yours then takes precedence.", null),
        "prompts-full" => ("Prompt limit reached (500); delete one or raise Prompts:PerClientMax.", null),
        "delivery-not-found" => ("Delivery 019a9c1e-7f00-7000-8000-000000000000 does not exist, or belongs to another API key. GET /api/webhooks/deliveries lists yours.", null),
        "secret-not-found" => ("Secret 019a9c1e-7f00-7000-8000-000000000000 does not exist, or belongs to another API key. GET /api/webhooks/secrets lists yours.", null),
        "conversation-state" => ("The last message is still being answered by job 019a9c1e-7f00-7000-8000-000000000000. Wait for it, or cancel it.", null),
        "job-state" => ("Job 019a9c1e-7f00-7000-8000-000000000000 is succeeded already; only queued and running jobs can be canceled.", null),
        "body-too-large" => ("The body has 10485760 bytes; at most 4194304 are read. Send fewer or shorter texts at once, or raise Api:BodyBytesMax.", null),
        "context-length-exceeded" => ("The prompt has 40960 tokens; at most 32767 are allowed. Shorten the messages, or raise Inference:ContextTokens.", null),
        "unsupported-media-type" => ("Content-Type is text/plain. Send UTF-8 JSON with Content-Type: application/json.", "Content-Type"),
        "idempotency-key-reused" => ("Idempotency-Key \"order-17\" was used before with another payload. Use a new key for a new request.", null),
        "queue-full" => ("Queue emotion holds 100000 waiting jobs; at most 100000 are accepted (Queues:emotion:DepthMax). Send again later, or add workers.", null),
        "model-cannot-write" => (WriterRemedy.For("chat", "Kinds:Chat:Model"), null),
        "limit-reached" => ("tokens_per_day of 'web' is used up: 99800 of 100000 tokens are used or reserved for jobs that have not ended, and this takes about 350. Send again when the next day (UTC) begins, or ask an admin for more (PATCH /api/keys/web, Limits:TokensPerDay).", null),
        "model-not-found" => ("model is \"gpt-4o\"; models for chat: chat.", "model"),
        "job-rejected" => ("The prompt is too long. The prompt has 9000 tokens; at most 8192 are allowed. Shorten or split the text.", null),
        "job-ended" => ("Job 019a9c1e-7f00-7000-8000-000000000000 was canceled before it had an answer. Submit it again if it is still wanted.", null),
        "job-failed" => ("Job 019a9c1e-7f00-7000-8000-000000000000 failed (timeout): The attempt took longer than 00:10:00.", null),
        "not-finished" => ("The answer was not there after 00:10:00 (Api:CompletionWaitMax), or the server is being stopped. Its job continues: GET /api/jobs/019a9c1e-7f00-7000-8000-000000000000.", null),
        "activity-report-not-found" => ("Report 019a9c1e-7f00-7000-8000-000000000008 does not exist, or belongs to another API key; those on all clients need the role operator. GET /api/activity lists yours.", null),
        "queue-not-found" => ("There is no queue 'nothing'. There are emotion, emotion-bulk.", null),
        "schedule-not-found" => ("There is no recurring task \"nightly\", or no scheduler has started yet. GET /api/schedules lists those there are.", null),
        "too-many-activity-reports" => ("10 reports are still being made, the limit of Activity:WaitingMax. Try again when one is ready.", null),
        "too-many-streams" => ("This server has 1000 streams open, the limit of Api:StreamsMax. Connect again later, or poll the job.", null),
        "too-many-requests" => ("You have 1000 requests under way, the limit of Api:RequestsPerClientMax. Wait for one to end, or raise the limit.", null),
        "store-unavailable" => ("PostgreSQL does not answer, or takes no writes. Send the request again; with the same Idempotency-Key nothing is done twice.", null),
        "spool-unavailable" => ("The file cannot be written to /tmp while it is read: No space left on device Make room there, or set Api:BatchSpoolDirectory to another directory.", null),
        _ => (type.Title + ".", (string?)null),
    };
}
