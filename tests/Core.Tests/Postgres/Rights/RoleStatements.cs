using Pipeline.Core.Postgres.Rights;

namespace Pipeline.Core.Tests.Postgres.Rights;

/// <summary>
/// Which statements each role runs, as Class or Class.Constant. The API runs all that are not somebody else's alone; a new statement is the
/// API's until it is said to be another role's.
/// </summary>
internal static class RoleStatements
{
    private static readonly string[] NotOfApi =
    [
        "AttemptStore", "JobSteps", "WorkerLease", "WorkerAnnouncement", // Workers.
        "ChunkStore", "EmbeddingModelStore.Serve", "VocabularyStore.Insert",
        "RetentionStore", "RecordStore", "ScheduleStore.Register", "ScheduleStore.RemoveOthers", // The scheduler.
        "JobPartitions.DropDay", "JobPartitions.ReduceDay",
        "Migrator.InsertApplied", "EncryptionKeyStore.Rewrap", "DatabaseGrants", // Only the owner.
    ];

    private static readonly string[] OfWorkers =
    [
        "AttemptStore", "WorkerLease", "WorkerAnnouncement", "PauseStore.Queues", "ClientStore.FindWeights", "EncryptionKeyStore.List",
        "EncryptionKeyStore.Insert", "Migrator.SelectApplied", "JobPartitions.Names",
    ];

    private static readonly string[] OfScheduler =
    [
        "RetentionStore", "RecordStore", "ScheduleStore", "JobPartitions", "ClientErasure", "JobErasure", "FiguresReader", "ActivityReportStore",
        "QuoteStore.OfDocument", "QuoteStore.Forget", "QuoteStore.Dangling", "DocumentStore.Delete", "ConversationStore.Lock", "ConversationStore.Jobs",
        "ConversationStore.Delete", "JobInsert.Queued", "WriterStore", "JobStore.Find", "JobListStore.ListOfClient", "ClientStore.FindByHash",
        "ClientStore.AnyKeys", "ClientStore.WriteUses", "EncryptionKeyStore.List", "EncryptionKeyStore.Insert", "Migrator.SelectApplied",
    ];

    private static readonly string[] OfInference = [.. OfWorkers, "JobSteps", "ModelFileStore.List", "VocabularyStore.Has", "VocabularyStore.Insert"];

    private static readonly string[] OfEmbedding = [.. OfWorkers, "ChunkStore", "EmbeddingModelStore.Serve", "JobErasure", "VocabularyStore.Has", "VocabularyStore.Insert"];

    public static bool Runs(DatabaseRole role, string statement) => role switch
    {
        DatabaseRole.Api => !Has(NotOfApi, statement),
        DatabaseRole.Scheduler => Has(OfScheduler, statement),
        DatabaseRole.Inference => Has(OfInference, statement),
        _ => Has(OfEmbedding, statement),
    };

    /// <summary>What stands above and names nothing that there is.</summary>
    public static IEnumerable<string> Unknown(IReadOnlyCollection<string> statements) =>
        new[] { NotOfApi, OfWorkers, OfScheduler, OfInference, OfEmbedding }.SelectMany(names => names).Distinct()
            .Where(name => !statements.Any(statement => Has([name], statement)));

    private static bool Has(string[] names, string statement) => names.Contains(statement) || names.Contains(statement.Split('.')[0]);
}
