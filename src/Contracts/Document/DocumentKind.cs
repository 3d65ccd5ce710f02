namespace Pipeline.Contracts;

internal static class DocumentKind
{
    public static JobKind<EmbedDocument, DocumentResult> Descriptor { get; } = new()
    {
        Title = new("Document", "문서"),
        Summary = "Split a stored document into chunks and embed them",
        Examples = [new("A document of yours", """{"document_id":"019a9c1e-7f00-7000-8000-000000000002"}""")],
        ResultSample = new()
        {
            DocumentId = Guid.Parse("019a9c1e-7f00-7000-8000-000000000002"),
            Chunks = 3,
            Model = "embedding-mini-ko-en",
            Usage = new(600, 0, 0),
            Timings = new(5, 90),
        },
    };
}
