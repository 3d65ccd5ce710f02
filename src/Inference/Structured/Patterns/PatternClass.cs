namespace Pipeline.Inference.Structured.Patterns;

/// <summary>What stands behind an opening bracket.</summary>
internal sealed class PatternClass(string pattern, int start)
{
    private int _at = start;

    public CharacterSet Read(out int end)
    {
        bool isInverted = _at < pattern.Length && pattern[_at] == '^';
        _at += isInverted ? 1 : 0;
        List<(int First, int Last)> ranges = [];
        while (_at < pattern.Length && pattern[_at] != ']')
        {
            CharacterSet first = Member();
            bool isRange = _at + 1 < pattern.Length && pattern[_at] == '-' && pattern[_at + 1] != ']';
            if (!isRange || first.Ranges is not [var (from, single)] || from != single)
            {
                ranges.AddRange(first.Ranges);
                continue;
            }

            _at++;
            CharacterSet last = Member();
            if (last.Ranges is not [var (to, same)] || to != same || to < from)
            {
                throw new PatternException($"It has a range of characters at character {_at} that is none.");
            }

            ranges.Add((from, to));
        }

        end = _at < pattern.Length ? _at + 1 : throw new PatternException("It has a [ that is not closed.");
        CharacterSet read = CharacterSet.Of(ranges);
        return isInverted ? read.Inverted() : read;
    }

    private CharacterSet Member() =>
        pattern[_at] == '\\' ? PatternEscape.Read(pattern, ref _at, inClass: true) : PatternEscape.Literal(pattern, ref _at);
}
