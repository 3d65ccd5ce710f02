using Pipeline.Bench.Models.Vocabularies;

namespace Pipeline.Bench.Embeddings;

/// <summary>Texts that were never sent before: a worker caches those it has embedded.</summary>
internal sealed class Texts(int seed)
{
    private const int WordsMin = 16;
    private const int WordsMax = 48;

    private static readonly string[] _words = [.. WordList.Words.Where(word => char.IsAsciiLetter(word[0]))];
    private readonly Random _random = new(seed);

    /// <summary>Texts of different lengths, as real ones are.</summary>
    public string[] Next(int count) => [.. Enumerable.Range(0, count).Select(_ => Next())];

    public string Next() => string.Join(' ', Enumerable.Range(0, _random.Next(WordsMin, WordsMax)).Select(_ => _words[_random.Next(_words.Length)])) + ".";
}
