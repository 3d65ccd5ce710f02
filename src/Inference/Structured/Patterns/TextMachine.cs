using System.Diagnostics.CodeAnalysis;

namespace Pipeline.Inference.Structured.Patterns;

/// <summary>
/// A pattern as a table of states over classes of characters. Only states from which a text can be completed are kept, and only
/// characters that JSON can write without \u, so a step never leads into a dead end.
/// </summary>
internal sealed class TextMachine
{
    public const int StatesMax = 2_000;

    private const int Dead = -1;

    // Controls without an escape of two characters, and surrogates.
    private static readonly CharacterSet Unwritable = CharacterSet.Of((0x00, 0x07), (0x0B, 0x0B), (0x0E, 0x1F), (0xD800, 0xDFFF));

    private readonly int[] _classStarts;
    private readonly List<int[]> _next = [];
    private readonly List<bool> _ends = [];

    private TextMachine(int[] classStarts) => _classStarts = classStarts;

    /// <summary>Fewest characters that still have to come, by state; <see cref="int.MaxValue"/> where no text can be completed.</summary>
    public int[] Shortest { get; private set; } = [];

    /// <summary>Most characters that may still come, by state; <see cref="int.MaxValue"/> for any number.</summary>
    public int[] Longest { get; private set; } = [];

    public int Count => _next.Count;

    /// <summary>The texts that match all of some patterns.</summary>
    /// <exception cref="PatternException">One of them cannot be kept, or no text matches all.</exception>
    public static TextMachine Compile(IEnumerable<string> patterns, Action<int> charge)
    {
        PatternTerms terms = new(charge);
        PatternTerm whole = terms.Both(patterns.Select(pattern => new PatternParser(pattern, terms).Parse()));
        int[] starts = [.. terms.Sets.Append(Unwritable).SelectMany(set => set.Ranges).SelectMany(range => (int[])[range.First, range.Last + 1])
            .Append(0).Where(start => start <= CharacterSet.Last).Distinct().Order()];
        charge(starts.Length * 4);
        TextMachine machine = new(starts);
        machine.Build(terms, whole, charge);
        machine.Measure(charge);
        return machine.Shortest[0] < int.MaxValue ? machine : throw new PatternException("No text matches it.");
    }

    /// <summary>Whether a text may end in the state.</summary>
    public bool EndsAt(int state) => _ends[state];

    /// <summary>The state behind a character; null where it may not come.</summary>
    public int? Step(int state, int character) => _next[state][ClassOf(character)] is >= 0 and int next ? next : null;

    /// <summary>The states behind any character of a range.</summary>
    public IEnumerable<int> StepAny(int state, int first, int last)
    {
        for (int i = ClassOf(first); i < _classStarts.Length && _classStarts[i] <= last; i++)
        {
            if (_next[state][i] >= 0)
            {
                yield return _next[state][i];
            }
        }
    }

    /// <summary>The states behind a state, once for each class of characters.</summary>
    public IEnumerable<int> Followers(int state) => _next[state].Where(next => next >= 0);

    private int ClassOf(int character)
    {
        int found = Array.BinarySearch(_classStarts, character);
        return found >= 0 ? found : ~found - 1;
    }

    private void Build(PatternTerms terms, PatternTerm whole, Action<int> charge)
    {
        Dictionary<PatternTerm, int> numbers = new() { [whole] = 0 };
        List<PatternTerm> states = [whole];
        for (int state = 0; state < states.Count; state++)
        {
            charge(_classStarts.Length);
            int[] row = new int[_classStarts.Length];
            for (int i = 0; i < row.Length; i++)
            {
                PatternTerm next = Unwritable.Has(_classStarts[i]) ? terms.Nothing : terms.Derive(states[state], _classStarts[i], i);
                row[i] = next.Kind == PatternKind.Nothing ? Dead : Number(next);
            }

            _next.Add(row);
            _ends.Add(states[state].TakesEmpty);
        }

        int Number(PatternTerm term)
        {
            if (!numbers.TryGetValue(term, out int number))
            {
                number = numbers[term] = states.Count;
                states.Add(states.Count < StatesMax ? term : throw new PatternException($"It needs more than {StatesMax} states."));
            }

            return number;
        }
    }

    private void Measure(Action<int> charge)
    {
        List<int>[] before = [.. _next.Select(_ => new List<int>())];
        for (int state = 0; state < Count; state++)
        {
            foreach (int next in Followers(state).Distinct())
            {
                before[next].Add(state);
            }
        }

        charge(before.Sum(states => states.Count));
        MeasureShortest(before);
        foreach (int[] row in _next)
        {
            for (int i = 0; i < row.Length; i++)
            {
                row[i] = row[i] >= 0 && Shortest[row[i]] < int.MaxValue ? row[i] : Dead;
            }
        }

        MeasureLongest(before);
    }

    [MemberNotNull(nameof(Shortest))]
    private void MeasureShortest(List<int>[] before)
    {
        Shortest = [.. _ends.Select(ends => ends ? 0 : int.MaxValue)];
        Queue<int> open = new(Enumerable.Range(0, Count).Where(state => _ends[state]));
        while (open.TryDequeue(out int state))
        {
            foreach (int earlier in before[state].Where(earlier => Shortest[earlier] == int.MaxValue))
            {
                Shortest[earlier] = Shortest[state] + 1;
                open.Enqueue(earlier);
            }
        }
    }

    /// <summary>From the ends backwards; what is never reached so leads into a circle.</summary>
    private void MeasureLongest(List<int>[] before)
    {
        Longest = new int[Count];
        Array.Fill(Longest, int.MaxValue);
        int[] left = [.. Enumerable.Range(0, Count).Select(state => Followers(state).Distinct().Count())];
        Queue<int> open = new(Enumerable.Range(0, Count).Where(state => left[state] == 0 && Shortest[state] < int.MaxValue));
        while (open.TryDequeue(out int state))
        {
            Longest[state] = Followers(state).Select(next => Longest[next] + 1).DefaultIfEmpty(0).Max();
            foreach (int earlier in before[state].Where(earlier => Shortest[earlier] < int.MaxValue && --left[earlier] == 0))
            {
                open.Enqueue(earlier);
            }
        }
    }
}
