using System.Globalization;
using Pipeline.Core.Clients;
using Pipeline.Core.Limits;
using Spectre.Console;

namespace Pipeline.Cli.Display;

/// <summary>API keys by name; the keys themselves are nowhere to be read.</summary>
internal static class KeyTable
{
    private const string None = "–";
    private const string DayFormat = "yyyy-MM-dd";
    private const string TimeFormat = "yyyy-MM-dd HH:mm 'UTC'";

    public static void Write(IAnsiConsole console, IReadOnlyList<StoredKey> keys)
    {
        if (keys.Count is 0)
        {
            console.Line("There are no keys, so the pipeline serves only this machine. Create one with ./run keys add NAME.");
            return;
        }

        var table = PlainTable.Create();
        table.AddText("name").AddText("role").AddText("key").AddText("state").AddText("ends").AddText("last used");
        foreach (var key in keys)
        {
            table.AddRow(
            [
                new Text(key.Name),
                new Text(key.Role.Word()),
                new Text(key.Prefix is { } prefix ? prefix + "…" : None),
                new Text(key.State),
                new Text(Day(key.RevokedAt ?? key.ExpiresAt)),
                new Text(Day(key.LastUsedAt)),
            ]);
        }

        console.Write(table);

        // Below and not beside: a column as wide as all limits leaves none for the names.
        foreach (var limits in keys.Where(key => key.Any).Select(key => $"Limits of '{key.Name}': {Limits(key)}").Distinct())
        {
            console.Line(limits);
        }
    }

    public static string Time(DateTimeOffset time) => time.ToUniversalTime().ToString(TimeFormat, CultureInfo.InvariantCulture);

    public static string Limits(ClientLimits limits)
    {
        (string Name, long? Max)[] all =
        [
            (LimitName.RequestsPerMinute, limits.RequestsPerMinute), (LimitName.JobsInFlight, limits.JobsInFlight), (LimitName.WaitingJobs, limits.WaitingJobs),
            (LimitName.TokensPerDay, limits.TokensPerDay), (LimitName.TokensPerMonth, limits.TokensPerMonth), (LimitName.BatchJobs, limits.BatchJobs),
        ];
        var own = string.Join(", ", all.Where(limit => limit.Max is not null).Select(limit => string.Create(CultureInfo.InvariantCulture, $"{limit.Name} {limit.Max}")));
        return own.Length > 0 ? own : None;
    }

    // With the time of day, a row would not fit on a line.
    private static string Day(DateTimeOffset? time) => time?.ToUniversalTime().ToString(DayFormat, CultureInfo.InvariantCulture) ?? None;
}

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
