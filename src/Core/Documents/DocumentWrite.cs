using Npgsql;
using Pipeline.Core.Intake;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Documents;

/// <summary>Writes a document in the transaction that accepts the job that embeds it.</summary>
public sealed record DocumentWrite(Guid ClientId, NewDocument Document) : IGroupWrite
{
    // Ordered, so that two transactions take the rows of several owners in the same order.
    internal const string Insert = """
        with accepted as (
            insert into documents (id, client_id, job_id, user_id, key, title, format, metadata, text, bytes, text_hash)
            select id, client_id, id, user_id, key, title, format, metadata, text, octet_length(text), text_hash
              from unnest(@Ids::uuid[], @ClientIds::uuid[], @UserIds::text[], @Keys::text[], @Titles::text[], @Formats::text[], @Metadata::jsonb[], @Texts::text[], @Hashes::bytea[])
                as d (id, client_id, user_id, key, title, format, metadata, text, text_hash)
            on conflict (id) do nothing
            returning client_id)
        insert into document_owners (client_id, documents)
        select client_id, count(*) from accepted group by client_id order by client_id
        on conflict (client_id) do update set documents = document_owners.documents + excluded.documents
        """;

    public Task WriteAsync(NpgsqlConnection connection, IReadOnlyList<IGroupWrite> accepted, CancellationToken cancellationToken)
    {
        DocumentWrite[] rows = [.. accepted.Cast<DocumentWrite>()];
        return connection.ExecuteAsync(
            Insert,
            new
            {
                Ids = rows.Select(row => row.Document.Id).ToArray(),
                ClientIds = rows.Select(row => row.ClientId).ToArray(),
                UserIds = rows.Select(row => row.Document.UserId).ToArray(),
                Keys = rows.Select(row => row.Document.Key).ToArray(),
                Titles = rows.Select(row => row.Document.Title).ToArray(),
                Formats = rows.Select(row => row.Document.Format).ToArray(),
                Metadata = rows.Select(row => row.Document.MetadataJson).ToArray(),
                Texts = rows.Select(row => row.Document.Text).ToArray(),
                Hashes = rows.Select(row => row.Document.TextHash).ToArray(),
            },
            cancellationToken);
    }
}
