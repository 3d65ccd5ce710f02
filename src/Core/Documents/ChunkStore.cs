using Npgsql;
using Pipeline.Core.Erasure;
using Pipeline.Core.Postgres;
using Pipeline.Core.Search;

namespace Pipeline.Core.Documents;

/// <summary>What a worker reads and writes of a document. Writing what is there already changes nothing, so an attempt may follow another's traces.</summary>
public sealed class ChunkStore(NpgsqlDataSource dataSource)
{
    // Only for a job of the document's own client: anybody may name any id in a job's input.
    private const string Open = """
        select d.text, d.title, d.format from documents d join jobs j on j.client_id = d.client_id where d.id = @DocumentId and j.id = @JobId
        """;

    // Also after a worker died in the middle: what it wrote is found again by the same model's same cuts.
    private const string Begin = "update documents set next_model_id = @ModelId, chunks = @Chunks where id = @DocumentId";

    private const string Ordinals = "select ordinal from chunks where document_id = @DocumentId and model_id = @ModelId";

    // The lock comes first, as in a deletion: either the chunks are in before it and go with it, or the document is gone
    // and nothing is written. One array holds all vectors, each a slice of it.
    private const string Write = """
        with document as (select id, client_id from documents where id = @DocumentId for update),
        owner as (update document_owners o set version = o.version + 1 from document d where o.client_id = d.client_id returning o.version),
        changed as (update documents set version = owner.version from owner where id = @DocumentId),
        written as (
            insert into chunks (document_id, client_id, model_id, ordinal, text, tokens, terms, vector)
            select d.id, d.client_id, @ModelId::int, c.ordinal, c.text, c.tokens,
                   to_tsvector('english', c.words) || array_to_tsvector(coalesce(string_to_array(nullif(c.grams, ''), ' '), '{}'))
                     || setweight(to_tsvector('english', @TitleWords) || @TitleGrams::tsvector, 'B'),
                   (@Vectors::real[])[(c.n - 1) * @Dimensions + 1 : c.n * @Dimensions]
              from document d,
                   unnest(@Ordinals::int[], @Texts::text[], @Words::text[], @Tokens::int[], @Grams::text[]) with ordinality as c (ordinal, text, words, tokens, grams, n)
            on conflict (document_id, model_id, ordinal) do nothing)
        select count(*)::int from document
        """;

    // In a statement of its own: the chunks must be in before they are counted upon.
    private const string Finish = """
        with document as (select id, client_id from documents where id = @DocumentId for update),
        others as (delete from chunks where document_id = @DocumentId and model_id <> @ModelId),
        owner as (update document_owners o set version = o.version + 1 from document d where o.client_id = d.client_id returning o.version)
        update documents set version = owner.version, model_id = @ModelId, next_model_id = null, chunks = @Chunks, embedded_at = now()
          from owner where id = @DocumentId
        """;

    // Newest first, so that two that drop the same ones take them in one order; in a statement of its own, as a write of chunks takes
    // its document before the owner.
    private const string DropReplaced = """
        with document as (select id, client_id, key from documents where id = @DocumentId and embedded_at is not null),
        older as (
            select o.id from documents o join document d on o.client_id = d.client_id and o.key = d.key and o.id < d.id
             order by o.id desc for update of o),
        replaced as (
            delete from documents using older where documents.id = older.id returning documents.client_id, array[documents.id, documents.job_id] as jobs),
        owner as (
            update document_owners o set documents = o.documents - r.n, version = o.version + 1, deleted_version = o.version + 1
              from (select client_id, count(*)::int as n from replaced group by client_id) r where o.client_id = r.client_id)
        select client_id as ClientId, unnest(jobs) as JobId from replaced
        """;

    /// <summary>Text, title and format; null when there is no such document, or it is not of the job's client.</summary>
    public async Task<OpenDocument?> OpenAsync(Guid jobId, Guid documentId, CancellationToken cancellationToken) =>
        (await dataSource.QueryAsync<OpenDocument>(Open, new { JobId = jobId, DocumentId = documentId }, cancellationToken)).SingleOrDefault();

    /// <summary>Says into how many chunks the document is cut, and returns the places of those that are there already.</summary>
    public async Task<IReadOnlyList<int>> BeginAsync(Guid documentId, int modelId, int chunks, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var parameters = new { DocumentId = documentId, ModelId = modelId, Chunks = chunks };
        await connection.ExecuteAsync(Begin, parameters, cancellationToken);
        return await connection.QueryAsync<int>(Ordinals, parameters, cancellationToken);
    }

    /// <summary>
    /// Makes chunks durable, and with the last ones the document: then those of other models go, and the documents that it takes the
    /// place of. False when the document was deleted meanwhile.
    /// </summary>
    /// <param name="title">The document's, whose words count in every chunk.</param>
    /// <param name="chunks">Vectors all of the same length.</param>
    /// <param name="finishes">How many the document has, with its last ones; else null.</param>
    public async Task<bool> WriteAsync(
        Guid documentId, int modelId, string? title, IReadOnlyList<Chunk> chunks, int? finishes, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var isThere = chunks.Count == 0 || await connection.ExecuteScalarAsync<int>(Write, Parameters(documentId, modelId, title, chunks), cancellationToken) > 0;
        if (isThere && finishes is { } count)
        {
            isThere = await connection.ExecuteAsync(Finish, new { DocumentId = documentId, ModelId = modelId, Chunks = count }, cancellationToken) > 0;
        }

        await transaction.CommitAsync(cancellationToken);
        if (isThere && finishes is not null)
        {
            await DropReplacedAsync(connection, documentId, cancellationToken);
        }

        return isThere;
    }

    /// <summary>With the jobs that embedded them. Those whose prompts quote them go in the night.</summary>
    private static async Task DropReplacedAsync(NpgsqlConnection connection, Guid documentId, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var replaced = await connection.QueryAsync<(Guid ClientId, Guid? JobId)>(DropReplaced, new { DocumentId = documentId }, cancellationToken);
        if (replaced is [(var clientId, _), ..])
        {
            await JobErasure.EraseAsync(connection, clientId, [.. replaced.Select(row => row.JobId).OfType<Guid>().Distinct()], cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
    }

    private static object Parameters(Guid documentId, int modelId, string? title, IReadOnlyList<Chunk> chunks) => new
    {
        DocumentId = documentId,
        ModelId = modelId,
        Ordinals = chunks.Select(chunk => chunk.Ordinal).ToArray(),
        Texts = chunks.Select(chunk => chunk.Text).ToArray(),
        Words = chunks.Select(chunk => SearchTerms.Words(chunk.Text)).ToArray(),
        TitleWords = SearchTerms.Words(title ?? ""),

        // With places: lexemes without one have no weight.
        TitleGrams = string.Join(' ', SearchTerms.Of(title ?? "").Select((gram, place) => $"{gram}:{place + 1}")),
        Tokens = chunks.Select(chunk => chunk.Tokens).ToArray(),
        Grams = chunks.Select(chunk => string.Join(' ', SearchTerms.Of(chunk.Text))).ToArray(),
        Vectors = chunks.SelectMany(chunk => chunk.Vector).ToArray(),
        Dimensions = chunks[0].Vector.Length,
    };
}

/// <summary>What a document says.</summary>
/// <param name="Format">What it was sent as: text, markdown, html, pdf, ….</param>
public sealed record OpenDocument(string Text, string? Title, string Format);

/// <summary>A part of a document, embedded.</summary>
/// <param name="Ordinal">Its place in the document, from 0.</param>
/// <param name="Tokens">Of the model's tokenizer, about.</param>
/// <param name="Vector">Of length 1.</param>
public sealed record Chunk(int Ordinal, string Text, int Tokens, float[] Vector);
