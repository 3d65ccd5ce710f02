using System.ComponentModel;
using System.Text.Json;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Documents;

internal static class DocumentsDocs
{
    private const string Tag = "documents";

    private const string Ready = """
        {"id":"019a9c1e-7f00-7000-8000-000000000002","title":"Returns","format":"markdown","state":"ready","bytes":76,"metadata":{"team":"shop"},
         "chunks":1,"progress":1,"model":"embedding-mini-ko-en","created_at":"2026-11-20T09:00:00+00:00","embedded_at":"2026-11-20T09:00:00.06+00:00",
         "links":{"self":"/api/documents/019a9c1e-7f00-7000-8000-000000000002","text":"/api/documents/019a9c1e-7f00-7000-8000-000000000002/text",
          "chunks":"/api/documents/019a9c1e-7f00-7000-8000-000000000002/chunks","job":"/api/jobs/019a9c1e-7f00-7000-8000-000000000002"}}
        """;

    private const string Queued = """
        {"id":"019a9c1e-7f00-7000-8000-000000000002","title":"Returns","format":"markdown","state":"queued","bytes":76,"metadata":{"team":"shop"},
         "progress":0,"created_at":"2026-11-20T09:00:00+00:00",
         "links":{"self":"/api/documents/019a9c1e-7f00-7000-8000-000000000002","text":"/api/documents/019a9c1e-7f00-7000-8000-000000000002/text",
          "chunks":"/api/documents/019a9c1e-7f00-7000-8000-000000000002/chunks","job":"/api/jobs/019a9c1e-7f00-7000-8000-000000000002"}}
        """;

    private static readonly ParameterDoc DocumentId = new("path", "id", "The document's UUID, such as 019a9c1e-7f00-7000-8000-000000000002.");

    private static readonly ParameterDoc Key = new("path", "key", "Your own name of the document, at most 200 characters; a slash in it as %2F.");

    private static readonly IReadOnlyList<(string Name, string Description)> Headers =
        [("Location", "The document."), .. SharedDocs.SubmissionHeaders.Skip(1)];

    private static readonly BodyDoc Body = new(typeof(DocumentRequest),
    [
        ("A document in Markdown", """{"title":"Returns","format":"markdown","text":"# Returns\nGoods can be returned within 30 days. The money is back after a week.","metadata":{"team":"shop"}}"""),
        ("A page", """{"format":"html","text":"<title>배송</title><h1>배송</h1><p>주문하신 상품은 이틀 안에 도착합니다.</p>","priority":"interactive"}"""),
    ])
    {
        Form = typeof(DocumentForm),
    };

    private static readonly IReadOnlyList<ProblemType> Refusals =
        [.. SharedDocs.Submissions, ProblemType.DocumentsFull, ProblemType.DocumentUnreadable, ProblemType.TooManyUploads, ProblemType.SpoolUnavailable];

    private static readonly string ReadyUnderKey = Ready.Replace("\"title\":\"Returns\",", "\"title\":\"Returns\",\"key\":\"returns\",", StringComparison.Ordinal);

    public static readonly EndpointDoc Submit = new()
    {
        Name = "addDocument",
        Tag = Tag,
        Summary = "Store a document and make it searchable",
        Description = "It is split into chunks between sentences, which a job embeds. Once that is done it can be found by its words and its meaning. "
            + "Send JSON, a form with a `file` (PDF, docx, pptx, xlsx, HTML, Markdown, CSV or text), or the file itself as the body, with title, metadata and others in the query.",
        Parameters = SharedDocs.Submission,
        Body = Body,
        Answers =
        [
            new(200, "The embedded document, with `Prefer: wait`.", typeof(DocumentResource), Ready) { Headers = Headers },
            new(202, "The document as it is.", typeof(DocumentResource), Queued) { Headers = Headers },
        ],
        Problems = Refusals,
    };

    public static readonly EndpointDoc Put = new()
    {
        Name = "putDocument",
        Tag = Tag,
        Summary = "Store a document under your own key, in the place of the one before",
        Description = "The document that is there is found until this one is embedded, and is deleted then. To put the same again changes nothing.",
        Parameters = [Key, .. SharedDocs.Submission],
        Body = Body,
        Answers =
        [
            new(200, "The embedded document, with `Prefer: wait`; or the one that says the same already.", typeof(DocumentResource), ReadyUnderKey) { Headers = Headers },
            new(202, "The document as it is.", typeof(DocumentResource), Queued) { Headers = Headers },
        ],
        Problems = Refusals,
    };

    public static readonly EndpointDoc FindByKey = new()
    {
        Name = "getDocumentByKey",
        Tag = Tag,
        Summary = "Read the state of the newest document under your own key",
        Parameters = [Key],
        Answers = [new(200, "The document.", typeof(DocumentResource), ReadyUnderKey)],
        Problems = [ProblemType.InvalidInput, ProblemType.DocumentNotFound, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc DeleteByKey = new()
    {
        Name = "deleteDocumentByKey",
        Tag = Tag,
        Summary = "Delete what is stored under your own key",
        Description = "Once this has answered, no search finds it, nor an older one that it was to replace.",
        Parameters = [Key],
        Answers = [new(200, "The document that was.", typeof(DocumentResource), ReadyUnderKey.Replace("\"ready\"", "\"deleted\"", StringComparison.Ordinal))],
        Problems = [ProblemType.InvalidInput, ProblemType.DocumentNotFound, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Text = new()
    {
        Name = "getDocumentText",
        Tag = Tag,
        Summary = "Read back what a document says",
        Parameters = [DocumentId],
        Answers = [new(200, "Its text.", typeof(DocumentTextResource), """{"id":"019a9c1e-7f00-7000-8000-000000000002","title":"Returns","format":"markdown","text":"# Returns\nGoods can be returned within 30 days. The money is back after a week."}""")],
        Problems = [ProblemType.InvalidInput, ProblemType.DocumentNotFound, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Chunks = new()
    {
        Name = "listDocumentChunks",
        Tag = Tag,
        Summary = "List what a document was cut into",
        Parameters =
        [
            DocumentId,
            new("query", "after", "Only chunks behind this place; links.next has it."),
            new("query", "limit", "At most Api:PageLengthMax (200); 50 without it."),
        ],
        Answers = [new(200, "A page, as far as the document is embedded.", typeof(ChunkPageResource), """{"chunks":[{"chunk":0,"text":"# Returns\nGoods can be returned within 30 days. The money is back after a week.","tokens":21}],"links":{"self":"/api/documents/019a9c1e-7f00-7000-8000-000000000002/chunks?limit=50"}}""")],
        Problems = [ProblemType.InvalidInput, ProblemType.DocumentNotFound, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc List = new()
    {
        Name = "listDocuments",
        Tag = Tag,
        Summary = "List your documents, newest first",
        Parameters =
        [
            new("query", "before", "Only documents older than this id; links.next has it."),
            new("query", "limit", "At most Api:PageLengthMax (200); 50 without it."),
        ],
        Answers = [new(200, "A page.", typeof(DocumentPageResource), $$$"""{"documents":[{{{Ready}}}],"links":{"self":"/api/documents?limit=50"}}""")],
        Problems = [ProblemType.InvalidInput, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Find = new()
    {
        Name = "getDocument",
        Tag = Tag,
        Summary = "Read a document's state and progress",
        Parameters = [DocumentId],
        Answers = [new(200, "The document.", typeof(DocumentResource), Ready)],
        Problems = [ProblemType.InvalidInput, ProblemType.DocumentNotFound, .. SharedDocs.AnyCall],
    };

    public static readonly EndpointDoc Delete = new()
    {
        Name = "deleteDocument",
        Tag = Tag,
        Summary = "Delete a document with its chunks and vectors",
        Description = "Once this has answered, no search finds it. A pending job for its embedding is canceled.",
        Parameters = [DocumentId],
        Answers = [new(200, "The document that was.", typeof(DocumentResource), Ready.Replace("\"ready\"", "\"deleted\"", StringComparison.Ordinal))],
        Problems = [ProblemType.InvalidInput, ProblemType.DocumentNotFound, .. SharedDocs.AnyCall],
    };
}

/// <summary>The body for readers of the document; <see cref="DocumentDraft"/> reads it.</summary>
internal sealed record DocumentRequest
{
    [Description("The document, at most Documents:BytesMax (1 MiB).")]
    public required string Text { get; init; }

    [Description("text (default), markdown, html or csv.")]
    public string? Format { get; init; }

    [Description("At most 500 characters; default the title of the HTML page.")]
    public string? Title { get; init; }

    [Description("Any object, at most Documents:MetadataBytesMax (4,096) bytes; searches filter by it.")]
    public JsonElement? Metadata { get; init; }

    [Description("bulk (default) or interactive.")]
    public string? Priority { get; init; }

    [Description("RFC 3339 time after which the document is no longer embedded; at most Api:ExpiryMax (30 days) ahead.")]
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>The form, of which <see cref="Files.UploadReader"/> reads the fields.</summary>
internal sealed record DocumentForm
{
    [Description("PDF, docx, pptx, xlsx, HTML, Markdown, CSV or text, at most Documents:FileBytesMax (32 MiB).")]
    public required IFormFile File { get; init; }

    [Description("Default what the file says of itself.")]
    public string? Format { get; init; }

    [Description("At most 500 characters; default the title of the file, else its name.")]
    public string? Title { get; init; }

    [Description("An object as JSON; searches filter by it.")]
    public string? Metadata { get; init; }

    [Description("bulk (default) or interactive.")]
    public string? Priority { get; init; }
}
