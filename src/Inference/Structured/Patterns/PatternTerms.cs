namespace Pipeline.Inference.Structured.Patterns;

/// <summary>Makes terms in a normal form, in which a pattern has only finitely many derivatives.</summary>
/// <param name="charge">Is told of the work.</param>
internal sealed class PatternTerms(Action<int> charge)
{
    private const int None = -1;

    private readonly Dictionary<Key, PatternTerm> _known = [];
    private readonly Dictionary<(int Term, int Class), PatternTerm> _derivatives = [];

    public PatternTerm Nothing => field ??= Make(PatternKind.Nothing, [], takesEmpty: false);

    public PatternTerm Empty => field ??= Make(PatternKind.Empty, [], takesEmpty: true);

    public PatternTerm Anything => field ??= Repeat(Character(CharacterSet.All), 0, int.MaxValue);

    public IEnumerable<CharacterSet> Sets => _known.Values.Where(term => term.Kind == PatternKind.Character).Select(term => term.Characters);

    public PatternTerm Character(CharacterSet characters)
    {
        if (characters.Ranges.Count == 0)
        {
            return Nothing;
        }

        Key key = new(PatternKind.Character, None, None, string.Join(',', characters.Ranges), 0, 0);
        charge(characters.Ranges.Count);
        if (!_known.TryGetValue(key, out PatternTerm? term))
        {
            term = _known[key] = new() { Id = _known.Count, Kind = PatternKind.Character, Characters = characters, TakesEmpty = false };
        }

        return term;
    }

    public PatternTerm Sequence(PatternTerm first, PatternTerm then) => (first.Kind, then.Kind) switch
    {
        (PatternKind.Nothing, _) or (_, PatternKind.Nothing) => Nothing,
        (PatternKind.Empty, _) => then,
        (_, PatternKind.Empty) => first,
        (PatternKind.Sequence, _) => Sequence(first.Parts[0], Sequence(first.Parts[1], then)),
        _ when first == Anything && then == first => first,
        _ => Make(PatternKind.Sequence, [first, then], first.TakesEmpty && then.TakesEmpty),
    };

    public PatternTerm Either(params IEnumerable<PatternTerm> parts)
    {
        HashSet<PatternTerm> flat = [.. parts.SelectMany(part => part.Kind == PatternKind.Either ? part.Parts : [part]).Where(part => part.Kind != PatternKind.Nothing)];
        if (flat.Contains(Anything))
        {
            return Anything;
        }

        PatternTerm[] sets = [.. flat.Where(part => part.Kind == PatternKind.Character)];
        if (sets.Length > 1)
        {
            flat.ExceptWith(sets);
            flat.Add(Character(CharacterSet.Of(sets.SelectMany(set => set.Characters.Ranges))));
        }

        return flat.Count switch
        {
            0 => Nothing,
            1 => flat.Single(),
            _ => Make(PatternKind.Either, [.. flat.OrderBy(part => part.Id)], flat.Any(part => part.TakesEmpty)),
        };
    }

    public PatternTerm Both(params IEnumerable<PatternTerm> parts)
    {
        HashSet<PatternTerm> flat = [.. parts.SelectMany(part => part.Kind == PatternKind.Both ? part.Parts : [part])];
        flat.Remove(Anything);
        return flat.Count switch
        {
            0 => Anything,
            1 => flat.Single(),
            _ when flat.Any(part => part.Kind == PatternKind.Nothing || (part.Kind == PatternKind.Not && flat.Contains(part.Parts[0]))) => Nothing,
            _ => Make(PatternKind.Both, [.. flat.OrderBy(part => part.Id)], flat.All(part => part.TakesEmpty)),
        };
    }

    public PatternTerm Not(PatternTerm part) => part switch
    {
        { Kind: PatternKind.Not } => part.Parts[0],
        { Kind: PatternKind.Nothing } => Anything,
        _ when part == Anything => Nothing,
        _ => Make(PatternKind.Not, [part], !part.TakesEmpty),
    };

    public PatternTerm Repeat(PatternTerm part, int min, int max) => (part.Kind, min, max) switch
    {
        (PatternKind.Empty, _, _) or (_, 0, 0) => Empty,
        (PatternKind.Nothing, _, _) => min == 0 ? Empty : Nothing,
        (_, 1, 1) => part,
        (PatternKind.Repeat, 0, int.MaxValue) when part is { Min: 0 or 1, Max: int.MaxValue } => Repeat(part.Parts[0], 0, int.MaxValue),
        _ => Make(PatternKind.Repeat, [part], min == 0 || part.TakesEmpty, min, max),
    };

    /// <summary>What may follow a character for the whole to match.</summary>
    /// <param name="term">The whole.</param>
    /// <param name="character">Any of its class.</param>
    /// <param name="characters">A number of that class.</param>
    public PatternTerm Derive(PatternTerm term, int character, int characters)
    {
        if (_derivatives.TryGetValue((term.Id, characters), out PatternTerm? known))
        {
            return known;
        }

        charge(2);
        PatternTerm derived = term.Kind switch
        {
            PatternKind.Character => term.Characters.Has(character) ? Empty : Nothing,
            PatternKind.Sequence => DeriveSequence(term, character, characters),
            PatternKind.Either => Either(term.Parts.Select(part => Derive(part, character, characters))),
            PatternKind.Both => Both(term.Parts.Select(part => Derive(part, character, characters))),
            PatternKind.Not => Not(Derive(term.Parts[0], character, characters)),
            PatternKind.Repeat => Sequence(
                Derive(term.Parts[0], character, characters),
                Repeat(term.Parts[0], Math.Max(term.Min - 1, 0), term.Max == int.MaxValue ? term.Max : term.Max - 1)),
            _ => Nothing,
        };
        return _derivatives[(term.Id, characters)] = derived;
    }

    private PatternTerm DeriveSequence(PatternTerm term, int character, int characters)
    {
        PatternTerm inFirst = Sequence(Derive(term.Parts[0], character, characters), term.Parts[1]);
        return term.Parts[0].TakesEmpty ? Either(inFirst, Derive(term.Parts[1], character, characters)) : inFirst;
    }

    private PatternTerm Make(PatternKind kind, PatternTerm[] parts, bool takesEmpty, int min = 0, int max = 0)
    {
        charge(2 + parts.Length);
        int first = parts.Length > 0 ? parts[0].Id : None, second = parts.Length > 1 ? parts[1].Id : None;
        Key key = new(kind, first, second, parts.Length > 2 ? string.Join(',', parts.Skip(2).Select(part => part.Id)) : "", min, max);
        if (!_known.TryGetValue(key, out PatternTerm? term))
        {
            term = _known[key] = new() { Id = _known.Count, Kind = kind, Parts = parts, Min = min, Max = max, TakesEmpty = takesEmpty };
        }

        return term;
    }

    /// <summary>What makes two terms one. Few have more than two parts.</summary>
    private readonly record struct Key(PatternKind Kind, int First, int Second, string More, int Min, int Max);
}
