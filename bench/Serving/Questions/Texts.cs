using System.Globalization;
using Pipeline.Bench.Models.Vocabularies;

namespace Pipeline.Bench.Serving.Questions;

/// <summary>Texts of so many everyday words, each a token or two of the models that benchmarks write.</summary>
internal static class Texts
{
    private static readonly string[] _words = [.. WordList.Words.Where(word => char.IsAsciiLetter(word[0]))];

    /// <summary>The same arguments give the same text; others one with another beginning, so that no cache of prompts knows it.</summary>
    public static string Of(string question, int round, int number, int words)
    {
        // Not string.GetHashCode, which differs between runs.
        Random random = new(question.Aggregate(17, (hash, letter) => unchecked((hash * 31) + letter)) ^ (round * 100_003) ^ (number * 1_009));
        string start = string.Create(CultureInfo.InvariantCulture, $"{_words[random.Next(_words.Length)]} {number} {round} {_words[random.Next(_words.Length)]} ");
        return start + string.Join(' ', Enumerable.Range(0, Math.Max(1, words - 4)).Select(_ => _words[random.Next(_words.Length)]));
    }
}
