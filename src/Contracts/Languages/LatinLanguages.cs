using System.Text;

namespace Pipeline.Contracts.Languages;

/// <summary>
/// Tells languages of the Latin alphabet apart by their character n-grams: a naive Bayes model over 2 to 4 letters of words and
/// their edges, learnt when the process starts from <c>samples.txt</c> (18 KB, some 40 ms). It has languages of no interest as well,
/// whose texts would otherwise be those of whichever is most alike.
/// </summary>
internal sealed class LatinLanguages
{
    private const string Resource = "samples.txt";
    private const int Shortest = 2;
    private const int Longest = 4;

    // Of an n-gram that a language's samples do not have; found by trying.
    private const double Smoothing = 0.3;

    // A word or two: what English has in common with others must not make it theirs, as it is by far the most frequent here.
    private const double EnglishAdvantage = 2.5;

    // Nats by which the first has to be ahead of the second.
    private const double LeadMin = 1.5;

    // Of the text's n-grams, the share that the first language's samples have. Keyboards and codes have less.
    private const double KnownShareMin = 0.3;

    // Grams of longer texts would only say the same again.
    private const int GramsMax = 4_000;

    private readonly string[] _languages;
    private readonly Dictionary<string, double[]> _weights = [];
    private readonly Dictionary<string, double[]>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly double[][] _unknown;

    private LatinLanguages(IEnumerable<(string Language, string Text)> samples)
    {
        var texts = samples.GroupBy(sample => sample.Language, sample => sample.Text).ToList();
        _languages = [.. texts.Select(text => text.Key)];
        Dictionary<string, double[]> counts = [];
        var totals = new double[Longest + 1][];
        for (var length = Shortest; length <= Longest; length++)
        {
            totals[length] = new double[_languages.Length];
        }

        foreach (var (language, text) in texts.Index())
        {
            foreach (var word in text.SelectMany(Words))
            {
                Grams(word, gram =>
                {
                    var key = gram.ToString();
                    (counts.TryGetValue(key, out var known) ? known : counts[key] = new double[_languages.Length])[language]++;
                    totals[gram.Length][language]++;
                    return true;
                });
            }
        }

        var kinds = counts.Keys.CountBy(gram => gram.Length).ToDictionary();
        foreach (var (gram, count) in counts)
        {
            _weights[gram] = [.. count.Select((times, language) => Weight(times, gram.Length, language))];
        }

        _unknown = [.. Enumerable.Range(0, Longest + 1).Select(length => length < Shortest ? [] : _languages.Select((_, language) => Weight(0, length, language)).ToArray())];
        _lookup = _weights.GetAlternateLookup<ReadOnlySpan<char>>();

        double Weight(double times, int length, int language) => Math.Log((times + Smoothing) / (totals[length][language] + (Smoothing * kinds[length])));
    }

    public static LatinLanguages Current { get; } = new(Read());

    /// <summary>The language, or <see cref="TextLanguage.Undetermined"/>.</summary>
    public string Detect(string text)
    {
        var (best, lead, knownShare) = Compare(text);
        return lead >= LeadMin && knownShare >= KnownShareMin && _languages[best] is { } first && first[0] is not '-' ? first : TextLanguage.Undetermined;
    }

    /// <summary>Whether anything in the text is like a word of any language here.</summary>
    public bool HasWords(string text) => Compare(text).KnownShare >= KnownShareMin;

    private (int Best, double Lead, double KnownShare) Compare(string text)
    {
        var scores = new double[_languages.Length];
        var known = new int[_languages.Length];
        var grams = 0;
        foreach (var word in Words(text))
        {
            Grams(word, gram =>
            {
                var weights = _lookup.TryGetValue(gram, out var found) ? found : _unknown[gram.Length];
                for (var language = 0; language < scores.Length; language++)
                {
                    scores[language] += weights[language];
                    known[language] += weights[language] > _unknown[gram.Length][language] ? 1 : 0;
                }

                return ++grams < GramsMax;
            });
        }

        if (grams is 0)
        {
            return default;
        }

        scores[Array.IndexOf(_languages, TextLanguage.English)] += EnglishAdvantage;
        var best = Array.IndexOf(scores, scores.Max());
        var lead = scores[best] - scores.Where((_, language) => language != best).Max();
        return (best, lead, (double)known[best] / grams);
    }

    private static IEnumerable<(string, string)> Read()
    {
        using var stream = typeof(LatinLanguages).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The assembly has no resource {Resource}.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            if (line is not ['#', ..] && line.IndexOf(' ', StringComparison.Ordinal) is > 0 and var space)
            {
                yield return (line[..space], line[space..]);
            }
        }
    }

    /// <summary>Words in lower case with a space on either side. What has other signs in it, as addresses and codes have, is no word.</summary>
    private static IEnumerable<string> Words(string text)
    {
        StringBuilder word = new();
        foreach (var piece in text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            if (IsCode(piece))
            {
                continue;
            }

            foreach (var letter in piece.Append(' '))
            {
                if (char.IsLetter(letter) || (letter is '\'' or '’' && word.Length > 0))
                {
                    word.Append(letter is '’' ? '\'' : char.ToLowerInvariant(letter));
                }
                else if (word.Length > 0)
                {
                    yield return $" {word.ToString().TrimEnd('\'')} ";
                    word.Clear();
                }
            }
        }
    }

    private static bool IsCode(string piece)
    {
        var isInWord = false;
        for (var at = 0; at < piece.Length; at++)
        {
            // Inner capitals of a word that also has small letters, digits beside letters, and signs of addresses and programs.
            if (piece[at] is '/' or '\\' or '@' or '_' or '=' or '<' or '>' or '{' or '}' or '|' or '#' or '~' or '^' or '$' or '&'
                || (char.IsAsciiDigit(piece[at]) && ((at > 0 && char.IsLetter(piece[at - 1])) || (at + 1 < piece.Length && char.IsLetter(piece[at + 1]))))
                || (char.IsUpper(piece[at]) && isInWord))
            {
                return true;
            }

            isInWord = char.IsLower(piece[at]);
        }

        return false;
    }

    private static void Grams(ReadOnlySpan<char> word, Func<ReadOnlySpan<char>, bool> use)
    {
        for (var at = 0; at < word.Length; at++)
        {
            for (var length = Shortest; length <= Longest && at + length <= word.Length; length++)
            {
                if (!use(word.Slice(at, length)))
                {
                    return;
                }
            }
        }
    }
}
