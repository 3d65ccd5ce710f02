namespace Pipeline.Workers.Embedding.Documents;

internal enum BlockKind
{
    Prose,

    /// <summary>What stands between fences, with them.</summary>
    Code,

    /// <summary>The names of the columns and the line below them.</summary>
    TableHeader,
    TableRow,
}

internal readonly record struct MarkdownBlock(int Start, int End, BlockKind Kind);

/// <summary>What the lines of a Markdown text are, as far as cutting needs to know it. One pass; together the blocks are the text.</summary>
internal static class MarkdownBlocks
{
    private const int FenceMin = 3;

    public static IReadOnlyList<MarkdownBlock> Of(string text)
    {
        List<MarkdownBlock> blocks = [];
        var lines = Lines(text);
        for (var i = 0; i < lines.Count;)
        {
            var (start, end) = lines[i];
            var line = text.AsSpan(start, end - start);
            if (Fence(line) is { } fence)
            {
                for (i++; i < lines.Count && !fence.IsClosedBy(text.AsSpan(lines[i].Start, lines[i].End - lines[i].Start)); i++)
                {
                }

                i = Math.Min(i + 1, lines.Count); // One that is never closed goes to the end.
                blocks.Add(new(start, lines[i - 1].End, BlockKind.Code));
            }
            else if (IsRow(line) && i + 1 < lines.Count && IsRule(text.AsSpan(lines[i + 1].Start, lines[i + 1].End - lines[i + 1].Start)))
            {
                blocks.Add(new(start, lines[i + 1].End, BlockKind.TableHeader));
                for (i += 2; i < lines.Count && IsRow(text.AsSpan(lines[i].Start, lines[i].End - lines[i].Start)); i++)
                {
                    blocks.Add(new(lines[i].Start, lines[i].End, BlockKind.TableRow));
                }
            }
            else
            {
                AddProse(blocks, start, end);
                i++;
            }
        }

        return blocks;
    }

    private static void AddProse(List<MarkdownBlock> blocks, int start, int end)
    {
        if (blocks is [.., { Kind: BlockKind.Prose } before])
        {
            blocks[^1] = before with { End = end };
        }
        else
        {
            blocks.Add(new(start, end, BlockKind.Prose));
        }
    }

    private static List<(int Start, int End)> Lines(string text)
    {
        List<(int, int)> lines = [];
        for (var start = 0; start < text.Length;)
        {
            var end = text.IndexOf('\n', start) is >= 0 and var found ? found + 1 : text.Length;
            lines.Add((start, end));
            start = end;
        }

        return lines;
    }

    private static bool IsRow(ReadOnlySpan<char> line) => line.Contains('|') && !line.IsWhiteSpace();

    /// <summary>The line below the names: |---|:--:|.</summary>
    private static bool IsRule(ReadOnlySpan<char> line) => line.Contains('|') && line.Contains('-') && line.TrimEnd().IndexOfAnyExcept("|-: \t") < 0;

    private static OpenFence? Fence(ReadOnlySpan<char> line)
    {
        var marks = line.TrimStart(' ');
        if (marks is not ['`' or '~', ..] || line.Length - marks.Length > FenceMin)
        {
            return null;
        }

        var length = marks.IndexOfAnyExcept(marks[0]) is >= 0 and var other ? other : marks.Length;

        // A backtick behind them makes it code within a line.
        return length >= FenceMin && !(marks[0] is '`' && marks[length..].Contains('`')) ? new(marks[0], length) : null;
    }

    private readonly record struct OpenFence(char Mark, int Length)
    {
        public bool IsClosedBy(ReadOnlySpan<char> line)
        {
            var marks = line.Trim();
            return marks.Length >= Length && marks.IndexOfAnyExcept(Mark) < 0;
        }
    }
}
