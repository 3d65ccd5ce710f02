namespace Pipeline.Core.Postgres.Rights;

/// <summary>
/// Every table, and what each role may do with it. A table of a new migration gets a row here, and one in docs/security.md. Whoever locks rows
/// needs U, be it of one column.
/// </summary>
public static class RightsMatrix
{
    // What a worker needs of jobs: not what they answered, nor whom they are told.
    private const string WorkerColumns =
        "id, client_id, kind, queue, state, attempt, failures, deaths, suspects, worker_id, created_at, queued_at, started_at, due_at, expires_at, finished_at, finished_xid, input, subscriber, trace, attempt_trace, budget_tokens, batch_id";

    private const string OfJob = "S(job_id) D";

    private const string OfClient = "S(ctid, client_id) D";

    /// <summary>Functions with the owner's rights, by who may call them.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<DatabaseRole>> Functions { get; } = new Dictionary<string, IReadOnlyList<DatabaseRole>>
    {
        ["make_job_day(date)"] = [DatabaseRole.Api, DatabaseRole.Scheduler],
        ["drop_job_day(date, timestamptz)"] = [DatabaseRole.Scheduler],
        ["reduce_job_day(date, timestamptz)"] = [DatabaseRole.Scheduler],
    };

    /// <summary>In the order of their names.</summary>
    public static IReadOnlyList<TableRights> Tables { get; } =
    [
        new("activity_reports") { Api = "S I U D", Scheduler = "S I U D" },
        new("api_keys") { Api = "S I U D", Scheduler = "S U(last_used_at) D" },
        new("audit") { Api = "S I U", Scheduler = "S U(details) D" },
        new("batches") { Api = "S I U D", Scheduler = "S U(id) D" },
        new("budget_entries") { Api = "S U D", Scheduler = OfClient },
        new("budgets") { Api = "S I U D", Scheduler = "S U(starts) D" },
        new("chunks") { Api = "S", Embedding = "S I D" },
        new("clients") { Api = "S I U", Scheduler = "S U", Inference = "S(id, name, weight, revoked_at)", Embedding = "S(id, weight, revoked_at)" },
        new("console_sessions") { Api = "S I D" },
        new("conversation_messages")
        {
            Api = "S I U",
            Scheduler = "S(conversation_id, position, job_id, replaced, created_at) U(content, result)",
            Embedding = "S(job_id, conversation_id, position) U(content, result)",
        },
        new("conversations") { Api = "S I U D", Scheduler = "S(ctid, id, client_id, kind, created_at) U(id) D" },
        new("data_protection_keys") { Scheduler = "S I" },
        new("dispatches") { Api = "S I U D", Scheduler = "S I D", Inference = "S I U D", Embedding = "S I U D" },
        new("document_owners") { Api = "S I U D", Scheduler = "S U D", Embedding = "S U" },
        new("documents") { Api = "S I U D", Scheduler = "S(ctid, id, client_id, job_id, created_at) D", Embedding = "S U D" },
        new("embedding_models") { Api = "S", Embedding = "S I U" },
        new("encryption_keys") { Api = "S I", Scheduler = "S I", Inference = "S I", Embedding = "S I" },
        new("file_batch_errors") { Api = "S I D" },
        new("file_batches")
        {
            Api = "S I U D",
            Scheduler = "S U(erased) D",
            Embedding = "S(id, client_id, erased, input_file_id, output_file_id, error_file_id) U(erased)",
        },
        new("file_chunks") { Api = "S I D", Scheduler = "S(file_id, number) D", Embedding = "S(file_id) D" },
        new("files") { Api = "S I D", Scheduler = "S(id, client_id, expires_at) U(id) D", Embedding = "S(id, client_id) D" },
        new("idempotency_keys") { Api = "S I U D", Scheduler = "S U(created_at) D", Embedding = "S(client_id, created_at, job_ids) D" },
        new("job_actions") { Api = "S I U", Scheduler = "S D" },
        new("job_attempts") { Api = "S D", Scheduler = OfJob, Embedding = OfJob },
        new("job_sources") { Api = "S I D", Scheduler = "S D", Embedding = OfJob },
        new("job_steps") { Api = "S D", Scheduler = OfJob, Inference = "S I", Embedding = OfJob },
        new("jobs") { Api = "S I U D", Scheduler = "S I U D", Inference = $"S({WorkerColumns}) U", Embedding = $"S({WorkerColumns}) U D" },
        new("kind_costs") { Api = "S I U" },
        new("model_files") { Api = "S I U D", Inference = "S" },
        new("pauses") { Api = "S I U D", Scheduler = OfClient, Inference = "S(queues)", Embedding = "S(queues)" },
        new("prompt_versions") { Api = "S I" },
        new("prompts") { Api = "S I U D", Scheduler = OfClient },
        new("request_rates") { Api = "S I U D", Scheduler = OfClient },
        new("responses") { Api = "S I U D", Scheduler = "S(ctid, id, client_id, previous_id, created_at) U(id) D", Embedding = "S(id, client_id, previous_id) D" },
        new("schedules") { Api = "S U", Scheduler = "S I U D" },
        new("schema_migrations") { Api = "S", Scheduler = "S", Inference = "S", Embedding = "S" },
        new("usage") { Api = "S I U", Scheduler = "S D" },
        new("usage_entries") { Api = "S U D", Inference = "I", Embedding = "I" },
        new("vocabularies") { Api = "S", Inference = "S(id) I", Embedding = "S(id) I" },
        new("webhook_deliveries") { Api = "S I U D", Scheduler = "S(ctid, id, client_id, job_id, finished_at) U(id) D", Embedding = OfJob },
        new("webhook_endpoints") { Api = "S I U D", Scheduler = OfClient },
        new("webhook_secrets") { Api = "S I U D", Scheduler = "S(ctid, client_id, expires_at) D" },
        new("workers") { Api = "S U D", Scheduler = "S", Inference = "S I U D", Embedding = "S I U D" },
    ];
}
