using Spectre.Console;

namespace Pipeline.Cli.Display;

/// <summary>Tables without lines: columns, dim titles and a gap read well on a screen and in a log.</summary>
internal static class PlainTable
{
    public const int Gap = 2;

    public static Table Create() => new() { Border = TableBorder.None };

    public static Table AddText(this Table table, string title) => table.AddColumn(Column(title));

    public static Table AddNumber(this Table table, string title) => table.AddColumn(Column(title).RightAligned());

    // NoWrap: a row is one line, or it is no table.
    private static TableColumn Column(string title) =>
        new TableColumn(new Text(title, new Style(decoration: Decoration.Dim)))
        {
            NoWrap = true,
            Padding = new Padding(0, 0, Gap, 0),
        };
}
