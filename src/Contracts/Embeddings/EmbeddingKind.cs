namespace Pipeline.Contracts;

internal static class EmbeddingKind
{
    public static JobKind<EmbedTexts, EmbeddingResult> Descriptor { get; } = new()
    {
        Title = new("Embedding", "임베딩"),
        Summary = "Embed one text or several",
        Description = "One text becomes one job. Several are answered as {\"jobs\":[…]}: each job holds 64 of them, in their order. Vectors have length 1.",
        Route = "/embeddings",
        Operation = "embedTexts",
        Tag = "embeddings",
        Examples =
        [
            new("One text to embed", """{"text":"I got the job!"}"""),
            new("Several texts to embed", """{"texts":["I got the job!","오늘은 정말 힘든 하루였어."],"priority":"bulk"}"""),
        ],
        ResultSample = new()
        {
            Embeddings = [[0.6f, -0.8f]],
            Dimensions = 2,
            Model = "embedding-mini-ko-en",
            Usage = new(6, 0, 0),
            Timings = new(5, 8),
        },
        Measure = new() { Vectors = "embeddings[]", Dimensions = "dimensions" },
    };
}
