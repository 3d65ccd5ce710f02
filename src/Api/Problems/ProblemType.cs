namespace Pipeline.Api.Problems;

/// <summary>A way a request fails, as RFC 9457 identifies it. The names are part of the API: never rename one.</summary>
internal sealed record ProblemType(string Name, int Status, string Title)
{
    public static readonly ProblemType InvalidInput = new("invalid-input", 400, "The request has invalid input");
    public static readonly ProblemType NotJson = new("not-json", 400, "The body is not JSON");
    public static readonly ProblemType Unauthorized = new("unauthorized", 401, "A valid API key is needed");
    public static readonly ProblemType NotLocal = new("not-local", 403, "Without API keys only this machine is served");
    public static readonly ProblemType Forbidden = new("forbidden", 403, "The role of the API key does not allow this");
    public static readonly ProblemType KeyNotFound = new("key-not-found", 404, "There is no such key");
    public static readonly ProblemType CrossSite = new("cross-site", 403, "Pages of other sites may change nothing");
    public static readonly ProblemType JobNotFound = new("job-not-found", 404, "There is no such job");
    public static readonly ProblemType BatchNotFound = new("batch-not-found", 404, "There is no such batch");
    public static readonly ProblemType FileNotFound = new("file-not-found", 404, "There is no such file");
    public static readonly ProblemType ResponseNotFound = new("response-not-found", 404, "There is no such response");
    public static readonly ProblemType ConversationNotFound = new("conversation-not-found", 404, "There is no such conversation or interview");
    public static readonly ProblemType DeliveryNotFound = new("delivery-not-found", 404, "There is no such delivery");
    public static readonly ProblemType SecretNotFound = new("secret-not-found", 404, "There is no such secret");
    public static readonly ProblemType PromptNotFound = new("prompt-not-found", 404, "There is no such prompt");
    public static readonly ProblemType DocumentNotFound = new("document-not-found", 404, "There is no such document");
    public static readonly ProblemType ActivityReportNotFound = new("activity-report-not-found", 404, "There is no such report");
    public static readonly ProblemType ScheduleNotFound = new("schedule-not-found", 404, "There is no such recurring task");
    public static readonly ProblemType PauseNotFound = new("pause-not-found", 404, "There is nothing of this name to pause or resume");
    public static readonly ProblemType QueueNotFound = new("queue-not-found", 404, "There is no such queue");
    public static readonly ProblemType WorkerNotFound = new("worker-not-found", 404, "There is no such worker");
    public static readonly ProblemType JobActionNotFound = new("job-action-not-found", 404, "There is no such action");
    public static readonly ProblemType RouteNotFound = new("route-not-found", 404, "There is nothing at this path");
    public static readonly ProblemType MethodNotAllowed = new("method-not-allowed", 405, "The path does not accept this method");
    public static readonly ProblemType JobState = new("job-state", 409, "The job's state does not allow this");
    public static readonly ProblemType BatchState = new("batch-state", 409, "The batch's state does not allow this");
    public static readonly ProblemType FilesFull = new("files-full", 409, "The limit of files is reached");
    public static readonly ProblemType ConversationState = new("conversation-state", 409, "The conversation takes no message now");
    public static readonly ProblemType KeyExists = new("key-exists", 409, "There is already a key of this name");
    public static readonly ProblemType LastAdmin = new("last-admin", 409, "No admin would be left");
    public static readonly ProblemType PromptExists = new("prompt-exists", 409, "There is already such a prompt");
    public static readonly ProblemType PromptBuiltIn = new("prompt-built-in", 409, "The prompt is built in");
    public static readonly ProblemType PromptsFull = new("prompts-full", 409, "The limit of prompts is reached");
    public static readonly ProblemType DocumentsFull = new("documents-full", 409, "The limit of documents is reached");
    public static readonly ProblemType BodyTooLarge = new("body-too-large", 413, "The body is too large");
    public static readonly ProblemType MediaType = new("unsupported-media-type", 415, "The body has a type that is not accepted");
    public static readonly ProblemType KeyReused = new("idempotency-key-reused", 422, "The idempotency key belongs to another request");
    public static readonly ProblemType DocumentUnreadable = new("document-unreadable", 422, "The file cannot be read");
    public static readonly ProblemType TooManyUploads = new("too-many-uploads", 429, "The limit of uploads under way is reached");
    public static readonly ProblemType QueueFull = new("queue-full", 429, "The queue is full");
    public static readonly ProblemType LimitReached = new("limit-reached", 429, "A limit of the client is reached");
    public static readonly ProblemType TooManyActivityReports = new("too-many-activity-reports", 429, "The limit of waiting reports is reached");
    public static readonly ProblemType TooManyRequests = new("too-many-requests", 429, "The limit of requests under way is reached");
    public static readonly ProblemType TooManyStreams = new("too-many-streams", 429, "The limit of open streams is reached");
    public static readonly ProblemType Internal = new("internal", 500, "The server failed");
    public static readonly ProblemType Undecryptable = new("undecryptable", 500, "What is stored cannot be decrypted");
    public static readonly ProblemType NotFinished = new("not-finished", 504, "The answer took longer than the request may be held");
    public static readonly ProblemType JobFailed = new("job-failed", 500, "The job failed");
    public static readonly ProblemType JobEnded = new("job-ended", 409, "The job was ended before it had a result");
    public static readonly ProblemType JobRejected = new("job-rejected", 400, "The job cannot be done as it was sent");
    public static readonly ProblemType ContextLengthExceeded = new("context-length-exceeded", 400, "The input is longer than the model takes");
    public static readonly ProblemType ModelNotFound = new("model-not-found", 404, "There is no such model");
    public static readonly ProblemType StoreUnavailable = new("store-unavailable", 503, "The database cannot be reached");

    public static readonly ProblemType ModelCannotWrite = new("model-cannot-write", 503, "No model here can write such an answer");
    public static readonly ProblemType SpoolUnavailable = new("spool-unavailable", 503, "The request cannot be written to disk");

    public static IReadOnlyList<ProblemType> All { get; } =
    [
        InvalidInput, NotJson, Unauthorized, NotLocal, CrossSite, Forbidden, KeyNotFound, KeyExists, LastAdmin, JobNotFound, BatchNotFound, BatchState, FileNotFound, FilesFull, ResponseNotFound, ConversationNotFound, DocumentNotFound, DeliveryNotFound, SecretNotFound,
        PromptNotFound, PromptExists, PromptBuiltIn, PromptsFull, DocumentsFull, DocumentUnreadable, TooManyUploads,
        ActivityReportNotFound, ScheduleNotFound, PauseNotFound, QueueNotFound, WorkerNotFound, JobActionNotFound, TooManyActivityReports, RouteNotFound, MethodNotAllowed, JobState, ConversationState, BodyTooLarge, MediaType, KeyReused, QueueFull, LimitReached, TooManyRequests, TooManyStreams,
        ModelNotFound, ContextLengthExceeded, ModelCannotWrite, JobRejected, JobEnded, JobFailed, Internal, Undecryptable, NotFinished, StoreUnavailable, SpoolUnavailable,
    ];

    public string Uri => Name is "about:blank" ? Name : "urn:pipeline:problem:" + Name;

    /// <summary>A failure that says no more than its HTTP status does (RFC 9457, 4.2.1).</summary>
    public static ProblemType Blank(int status, string title) => new("about:blank", status, title);
}
