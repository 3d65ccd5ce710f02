namespace Pipeline.Core.Queues;

/// <summary>What the workers' rows say of models.</summary>
internal static class ModelStore
{
    public const string Living = """
        select distinct m.kind, m.name, m.context_tokens, coalesce(m.is_default, true), m.vocabulary_id
          from workers, json_to_recordset(models) as m (kind text, name text, context_tokens int, is_default boolean, vocabulary_id text)
         where lease_until > now() and ready
         order by 1, 4 desc, 2, 3, 5
        """;
}
