namespace Pipeline.Bench.Models.Vocabularies;

/// <summary>Everyday English and Korean words, frequent ones first within their language.</summary>
public static class WordList
{
    public static IReadOnlyList<string> Words { get; } = Read();

    private static string[] Read()
    {
        using Stream stream = typeof(WordList).Assembly.GetManifestResourceStream("words.txt")!;
        using StreamReader reader = new(stream);
        return [.. reader.ReadToEnd().Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Distinct()];
    }
}
