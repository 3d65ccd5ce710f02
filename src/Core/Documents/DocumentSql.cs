namespace Pipeline.Core.Documents;

internal static class DocumentSql
{
    // Ordered, so that two transactions take the rows of several owners in the same order.
    public const string Insert = """
        with accepted as (
            insert into documents (id, client_id, job_id, title, format, metadata, text, bytes)
            select id, client_id, id, title, format, metadata, text, octet_length(text)
              from unnest(@Ids::uuid[], @ClientIds::uuid[], @Titles::text[], @Formats::text[], @Metadata::jsonb[], @Texts::text[])
                as d (id, client_id, title, format, metadata, text)
            on conflict (id) do nothing
            returning client_id)
        insert into document_owners (client_id, documents)
        select client_id, count(*) from accepted group by client_id order by client_id
        on conflict (client_id) do update set documents = document_owners.documents + excluded.documents
        """;

    public const string Count = "select documents from document_owners where client_id = @ClientId";

    private const string Columns = """
        d.id, d.job_id as JobId, d.title, d.format, d.metadata::text, d.bytes, d.created_at as CreatedAt, d.embedded_at as EmbeddedAt,
        d.chunks, m.name as Model, j.state as JobState, j.error_code as ErrorCode, j.error,
        d.next_model_id is not null as IsUnfinished,
        (select count(*)::int from chunks c where c.document_id = d.id and c.model_id = coalesce(d.next_model_id, d.model_id)) as ChunksEmbedded
        """;

    private const string Sources = """
        documents d left join embedding_models m on m.id = d.model_id left join jobs j on j.id = d.job_id
        """;

    public const string Find = $"select {Columns} from {Sources} where d.client_id = @ClientId and d.id = @Id";

    public const string List = $"""
        select {Columns} from {Sources}
         where d.client_id = @ClientId and (@Before::uuid is null or d.id < @Before)
         order by d.id desc limit @Limit
        """;

    // Chunks and vectors go with it. The version tells every API that holds them in memory.
    public const string Delete = """
        with deleted as (delete from documents where client_id = @ClientId and id = @Id returning client_id)
        update document_owners o set documents = o.documents - 1, version = o.version + 1, deleted_version = o.version + 1
          from deleted where o.client_id = deleted.client_id
        """;

    // Documents of another model than the one that is served now get a job each, among the bulk ones. next_model_id marks
    // them as taken; what a job that failed leaves behind is its client's to retry.
    public const string Reembed = """
        with served as (select id from embedding_models order by served_at desc, id desc limit 1),
        stale as (
            select d.id, d.client_id, row_number() over () as n
              from (select d.id, d.client_id from documents d, served
                     where d.next_model_id is null and (d.model_id < served.id or d.model_id > served.id)
                     order by d.id limit @Limit for update of d skip locked) d),
        queued as (
            insert into jobs (id, client_id, kind, queue, input)
            select job.id, stale.client_id, 'document', 'document-bulk', json_build_object('document_id', stale.id)
              from stale join unnest(@JobIds::uuid[]) with ordinality as job (id, n) on job.n = stale.n
            returning id, queue, input->>'document_id' as document_id),
        dispatched as (insert into outbox (job_id, queue) select id, queue from queued)
        update documents d set job_id = queued.id, next_model_id = (select id from served)
          from queued where d.id = queued.document_id::uuid
        """;
}
