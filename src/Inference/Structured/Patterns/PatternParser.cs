using System.Globalization;

namespace Pipeline.Inference.Structured.Patterns;

/// <summary>
/// Reads ECMAScript's regular expressions as far as they are regular: classes, groups, alternatives, repetitions, anchors at the
/// ends of an alternative, and lookaheads that are not repeated. A pattern without anchors may match anywhere in the text.
/// </summary>
internal sealed class PatternParser(string pattern, PatternTerms terms)
{
    /// <summary>Longest pattern, in UTF-16 code units.</summary>
    public const int LengthMax = 2_000;

    private const int RepeatMax = 1_000;
    private const int DepthMax = 32;

    private int _at;

    private char Next => _at < pattern.Length ? pattern[_at] : '\0';

    /// <exception cref="PatternException">The pattern cannot be kept.</exception>
    public PatternTerm Parse()
    {
        if (pattern.Length > LengthMax)
        {
            throw new PatternException($"It has {pattern.Length} characters; at most {LengthMax} are allowed.");
        }

        List<PatternTerm> alternatives = [ParseTop()];
        while (Take("|"))
        {
            alternatives.Add(ParseTop());
        }

        return _at == pattern.Length ? terms.Either(alternatives) : throw Fails("a group that is closed and was not opened");
    }

    /// <summary>An alternative of the whole: here anchors mean something.</summary>
    private PatternTerm ParseTop()
    {
        bool fromStart = Take("^");
        PatternPiece sequence = ParseSequence(0);
        bool toEnd = Take("$");
        if (toEnd && _at < pattern.Length && Next is not '|')
        {
            throw Fails("an anchor in the middle");
        }

        PatternTerm whole = sequence.Before(toEnd ? terms.Empty : terms.Anything);
        return fromStart ? whole : terms.Sequence(terms.Anything, whole);
    }

    private PatternPiece ParseAlternatives(int depth)
    {
        if (depth > DepthMax)
        {
            throw new PatternException($"It has groups more than {DepthMax} deep.");
        }

        List<PatternPiece> alternatives = [ParseSequence(depth)];
        while (Take("|"))
        {
            alternatives.Add(ParseSequence(depth));
        }

        return alternatives.TrueForAll(alternative => alternative.Plain is not null)
            ? Plain(terms.Either(alternatives.Select(alternative => alternative.Plain!)))
            : new(null, then => terms.Either(alternatives.Select(alternative => alternative.Before(then))));
    }

    private PatternPiece ParseSequence(int depth)
    {
        List<PatternPiece> items = [];
        while (_at < pattern.Length && Next is not ('|' or ')' or '$'))
        {
            items.Add(ParseRepeated(depth));
        }

        items.Reverse();
        return items.TrueForAll(item => item.Plain is not null)
            ? Plain(items.Aggregate(terms.Empty, (then, item) => item.Before(then)))
            : new(null, then => items.Aggregate(then, (rest, item) => item.Before(rest)));
    }

    private PatternPiece ParseRepeated(int depth)
    {
        PatternPiece piece = ParseAtom(depth);
        (int Min, int Max)? times =
            Take("*") ? (0, int.MaxValue)
            : Take("+") ? (1, int.MaxValue)
            : Take("?") ? (0, 1)
            : ReadTimes();
        if (times is not var (min, max))
        {
            return piece;
        }

        Take("?"); // A lazy repetition matches the same texts.
        if (min > RepeatMax || (max != int.MaxValue && max > RepeatMax))
        {
            throw new PatternException($"It repeats a part more than {RepeatMax} times.");
        }

        return (piece.Plain, min, max) switch
        {
            ({ } plain, _, _) when min <= max => Plain(terms.Repeat(plain, min, max)),
            (null, 0, 1) => new(null, then => terms.Either(piece.Before(then), then)),
            _ => throw Fails(min > max ? "a repetition whose least is more than its most" : "a lookahead that is repeated"),
        };
    }

    /// <summary>Texts that go on as a lookahead demands.</summary>
    private PatternPiece ParseAhead(bool isNegative, int depth)
    {
        List<PatternTerm> alternatives = [];
        do
        {
            PatternTerm part = ParseSequence(depth + 1).Plain ?? throw Fails("a lookahead in a lookahead");
            alternatives.Add(Take("$") ? part : terms.Sequence(part, terms.Anything));
        }
        while (Take("|"));
        if (!Take(")"))
        {
            throw Fails("a group that is not closed");
        }

        PatternTerm ahead = isNegative ? terms.Not(terms.Either(alternatives)) : terms.Either(alternatives);
        return new(null, then => terms.Both(ahead, then));
    }

    private PatternPiece Plain(PatternTerm term) => new(term, then => terms.Sequence(term, then));

    /// <summary>The counts of {2}, {2,} or {2,5}; null where a brace is just that.</summary>
    private (int Min, int Max)? ReadTimes()
    {
        int end = Next == '{' ? pattern.IndexOf('}', _at) : -1;
        if (end < 0)
        {
            return null;
        }

        string[] counts = pattern[(_at + 1)..end].Split(',');
        int max = int.MaxValue;
        bool isCount = counts.Length <= 2 && int.TryParse(counts[0], NumberStyles.None, CultureInfo.InvariantCulture, out _)
            && (counts is not [_, not ""] || int.TryParse(counts[1], NumberStyles.None, CultureInfo.InvariantCulture, out max));
        if (!isCount)
        {
            return null;
        }

        _at = end + 1;
        int least = int.Parse(counts[0], CultureInfo.InvariantCulture);
        return (least, counts.Length == 1 ? least : max);
    }

    private PatternPiece ParseAtom(int depth)
    {
        if (Take("(?=") || Take("(?!"))
        {
            return ParseAhead(pattern[_at - 1] == '!', depth);
        }

        if (Take("("))
        {
            SkipGroupKind();
            PatternPiece group = ParseAlternatives(depth + 1);
            return Take(")") ? group : throw Fails(Next == '$' ? "an anchor in a group" : "a group that is not closed");
        }

        if (Take("["))
        {
            return Plain(terms.Character(new PatternClass(pattern, _at).Read(out _at)));
        }

        if (Take("."))
        {
            return Plain(terms.Character(CharacterSet.NoLineEnds));
        }

        if (Next is '*' or '+' or '?' or '^')
        {
            throw Fails(Next == '^' ? "an anchor in the middle" : "a repetition of nothing");
        }

        return Plain(terms.Character(Next == '\\' ? PatternEscape.Read(pattern, ref _at, inClass: false) : PatternEscape.Literal(pattern, ref _at)));
    }

    private void SkipGroupKind()
    {
        if (!Take("?") || Take(":"))
        {
            return;
        }

        bool isNamed = Next == '<' && _at + 1 < pattern.Length && pattern[_at + 1] is not ('=' or '!');
        int end = isNamed ? pattern.IndexOf('>', _at) : -1;
        _at = end >= 0 ? end + 1 : throw Fails("a lookbehind or a flag");
    }

    private bool Take(string text)
    {
        bool isThere = string.CompareOrdinal(pattern, _at, text, 0, text.Length) == 0;
        _at += isThere ? text.Length : 0;
        return isThere;
    }

    private PatternException Fails(string what) => new($"It has {what} at character {_at + 1}, which cannot be kept.");
}
