namespace Pipeline.Core.Postgres.Rights;

/// <summary>A role of the system that can have a user of its own in the database.</summary>
public enum DatabaseRole
{
    Api,
    Scheduler,
    Inference,
    Embedding,
}
