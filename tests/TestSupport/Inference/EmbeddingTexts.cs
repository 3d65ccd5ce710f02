using Pipeline.TestSupport.Services;

namespace Pipeline.TestSupport.Inference;

/// <summary>Texts for the small embedding model, and how to compare their vectors.</summary>
public static class EmbeddingTexts
{
    public static string ModelPath => RepositoryFiles.Path("models", "embedding-mini.gguf");

    /// <summary>A text, one of like meaning, in the same language or the other, and one about something else.</summary>
    public static IReadOnlyList<(string Text, string Related, string Unrelated)> Triples { get; } =
    [
        ("I love this movie so much", "This film was great, I enjoyed the movie", "My phone battery is broken again"),
        ("이 영화 정말 재미있어요", "영화가 너무 재밌고 감동적이에요", "오늘 날씨가 춥고 비가 와요"),
        ("I love this movie", "이 영화 정말 좋아요", "경찰이 범인을 체포했다"),
        ("너무 슬퍼서 눈물이 나요", "I am so sad, I want to cry", "The car engine is loud"),
    ];

    public static IReadOnlyList<string> All { get; } =
        [.. Triples.SelectMany(triple => new[] { triple.Text, triple.Related, triple.Unrelated })];

    public static double Cosine(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        double dot = 0, squaresA = 0, squaresB = 0;
        for (int i = 0; i < a.Length; i++)
        {
            dot += (double)a[i] * b[i];
            squaresA += (double)a[i] * a[i];
            squaresB += (double)b[i] * b[i];
        }

        return dot / Math.Sqrt(squaresA * squaresB);
    }
}
