using System.Globalization;
using System.Text;

namespace Pipeline.DocumentReader;

/// <summary>
/// The rows of one table, each on a line, its values behind the names of their columns, so that a line can be read alone. The first
/// row has the names, unless what stands there are values.
/// </summary>
internal sealed class TableRows(BoundedText text)
{
    private const string Separator = " | ";

    /// <summary>Longest name of a column; a longer one is not repeated in every row.</summary>
    private const int NameLengthMax = 80;

    private Dictionary<int, string>? _names;

    /// <param name="cells">In order; columns without a value may be left out.</param>
    public void Add(IReadOnlyList<(int Column, string Value)> cells)
    {
        (int Column, string Value)[] values = [.. cells.Where(cell => !string.IsNullOrWhiteSpace(cell.Value))];
        if (values.Length is 0)
        {
            return;
        }

        var names = _names;
        _names ??= IsHeader(values) ? values.ToDictionary(cell => cell.Column, cell => OneLine(cell.Value)) : [];
        var line = new StringBuilder();
        foreach (var (column, value) in values)
        {
            line.Append(line.Length > 0 ? Separator : "");
            if (names is not null && names.TryGetValue(column, out var name))
            {
                line.Append(name).Append(": ");
            }

            line.Append(OneLine(value));
        }

        text.Line(line.ToString());
    }

    private static bool IsHeader((int Column, string Value)[] cells) =>
        cells.Length > 1
        && cells.All(cell => cell.Value.Length <= NameLengthMax && !double.TryParse(cell.Value, NumberStyles.Any, CultureInfo.InvariantCulture, out _))
        && cells.DistinctBy(cell => cell.Column).Count() == cells.Length;

    private static string OneLine(string value) => value.ReplaceLineEndings(" ").Trim();
}
