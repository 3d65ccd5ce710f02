namespace Pipeline.Core.Documents;

internal static class EmbeddingModelSql
{
    public const string Serve = """
        insert into embedding_models (name, version, dimensions) values (@Name, coalesce(@Version, ''), @Dimensions)
        on conflict (name, version, dimensions) do update set served_at = now()
        returning id
        """;

    public const string Find = """
        select id from embedding_models where name = @Name and version = coalesce(@Version, '') and dimensions = @Dimensions
        """;

    public const string All = "select id, dimensions from embedding_models order by id";
}
