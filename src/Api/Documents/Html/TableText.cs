namespace Pipeline.Api.Documents.Html;

/// <summary>
/// The rows of one table: each becomes a line, its values behind the names of their columns, so that a line can be read alone.
/// A row whose cells are more than values, as in tables made for layout, keeps its lines.
/// </summary>
internal sealed class TableText(PageText text)
{
    private const string Separator = " | ";
    private const int CellsMax = 1_000;

    /// <summary>Longest name of a column; a longer one is not repeated in every row.</summary>
    private const int NameLengthMax = 80;

    /// <summary>Longest text of a cell whose lines are joined.</summary>
    private const int JoinedLengthMax = 200;

    private readonly List<(int Start, int Length)> _cells = [];
    private IReadOnlyList<string>? _names;
    private int _start = -1;
    private int _end;
    private int _cell = -1;
    private bool _isPlain;
    private bool _isHeader;
    private bool _spans;

    public void BeginRow()
    {
        EndRow();
        text.EndLine();
        (_start, _end, _isPlain, _isHeader) = (text.Length, text.Length, true, true);
        _cells.Clear();
    }

    public void BeginCell(bool isHeader, bool spans)
    {
        if (_start < 0)
        {
            BeginRow();
        }

        EndCell();
        text.EndLine();

        // What stands between two cells would be lost.
        _isPlain &= text.Length == _end;
        _isHeader &= isHeader;
        _spans |= spans;
        _cell = text.Length;
    }

    /// <summary>The open cell has more in it than a value.</summary>
    public void MarkStructure() => _isPlain &= _cell < 0;

    public void EndCell()
    {
        if (_cell < 0)
        {
            return;
        }

        text.EndLine();
        _isPlain &= _cells.Count < CellsMax;
        if (_isPlain)
        {
            _cells.Add((_cell, text.Length - _cell));
        }

        (_end, _cell) = (text.Length, -1);
    }

    public void EndRow()
    {
        EndCell();
        if (_start >= 0 && _isPlain && text.Length == _end && !text.IsFull && _cells.Count > 1)
        {
            Join();
        }

        _start = -1;
    }

    private void Join()
    {
        string[] values = [.. _cells.Select(cell => text.From(cell.Start, cell.Length).TrimEnd())];
        if (values.Any(value => value.Length > JoinedLengthMax && value.Contains('\n')))
        {
            return;
        }

        var names = _isHeader || _spans || _names?.Count != values.Length ? null : _names;
        if (_isHeader && _names is null)
        {
            _names = [.. values.Select(value => value.Length <= NameLengthMax ? value.ReplaceLineEndings(" ") : "")];
        }

        text.CutTo(_start);
        var isFirst = true;
        for (var i = 0; i < values.Length && !text.IsFull; i++)
        {
            if (values[i].Length > 0)
            {
                text.Append(isFirst ? "" : Separator);
                text.Append(names?[i] is { Length: > 0 } name ? $"{name}: " : "");
                text.Append(values[i]);
                isFirst = false;
            }
        }

        text.EndLine();
    }
}
