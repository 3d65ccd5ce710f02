using System.Globalization;

namespace Pipeline.Contracts.Unicode;

/// <summary>What Unicode says of canonical composition, read from <c>canonical.txt</c>; Hangul syllables are computed.</summary>
internal sealed class CanonicalTables
{
    private const string Resource = "canonical.txt";

    private readonly Dictionary<int, (int First, int? Second)> _decompositions = [];
    private readonly Dictionary<(int, int), int> _compositions = [];
    private readonly Dictionary<int, byte> _classes = [];

    // A text that holds none of them is composed as it is. One look-up for nearly every character there is.
    private readonly bool[] _suspects = new bool[char.MaxValue + 1];
    private readonly HashSet<int> _rareSuspects = [];

    private CanonicalTables()
    {
        using var stream = typeof(CanonicalTables).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The assembly has no resource {Resource}.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            Add(line);
        }

        foreach (var (first, last) in ((int, int)[])[(Hangul.VowelFirst, Hangul.VowelLast), (Hangul.FinalFirst, Hangul.FinalLast)])
        {
            Array.Fill(_suspects, true, first, last - first + 1);
        }
    }

    public static CanonicalTables Current { get; } = new();

    /// <summary>Whether only a closer look tells if a text with this character is composed.</summary>
    public bool IsSuspect(int rune) => rune < _suspects.Length ? _suspects[rune] : _rareSuspects.Contains(rune);

    public byte ClassOf(int rune) => _classes.GetValueOrDefault(rune);

    /// <summary>The character that the two make; null where they stay apart.</summary>
    public int? Compose(int first, int second) =>
        Hangul.Compose(first, second) ?? (_compositions.TryGetValue((first, second), out var composed) ? composed : null);

    public void Decompose(int rune, List<int> into)
    {
        if (Hangul.IsSyllable(rune))
        {
            Hangul.Decompose(rune, into);
        }
        else if (_decompositions.TryGetValue(rune, out var parts))
        {
            Decompose(parts.First, into);
            if (parts.Second is { } second)
            {
                Decompose(second, into);
            }
        }
        else
        {
            into.Add(rune);
        }
    }

    private void Add(string line)
    {
        var at = line.AsSpan().IndexOfAny('=', ':');
        switch (line[0])
        {
            case '#':
                break;
            case '@':
                var range = line[1..].Split(' ');
                for (var rune = Hex(range[0]); rune <= Hex(range[1]); rune++)
                {
                    _classes[rune] = byte.Parse(range[2], CultureInfo.InvariantCulture);
                    Suspect(rune);
                }

                break;
            default:
                var (composed, parts) = (Hex(line[..at]), line[(at + 1)..].Split(' ').Select(Hex).ToArray());
                _decompositions[composed] = (parts[0], parts.Length > 1 ? parts[1] : null);
                if (line[at] is '=')
                {
                    _compositions[(parts[0], parts[1])] = composed;
                    Suspect(parts[1]);
                }
                else
                {
                    Suspect(composed);
                }

                break;
        }
    }

    private void Suspect(int rune)
    {
        if (rune < _suspects.Length)
        {
            _suspects[rune] = true;
        }
        else
        {
            _rareSuspects.Add(rune);
        }
    }

    private static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
