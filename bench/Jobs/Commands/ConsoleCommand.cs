using System.CommandLine;
using System.Text.Json.Nodes;
using Npgsql;
using Pipeline.Bench.Jobs.Http;
using Pipeline.Bench.Jobs.Measures;
using Pipeline.Bench.Jobs.Reports;
using Pipeline.Bench.Jobs.Screens;
using Pipeline.Bench.Jobs.Sides;

namespace Pipeline.Bench.Jobs.Commands;

/// <summary>How long the screens of the console take with many jobs, and what the pipeline loses while people click through them.</summary>
internal static class ConsoleCommand
{
    private const string Database = "console";
    private const string Alone = PipelineSide.Name;
    private const string Beside = PipelineSide.Name + ".clicked";
    private const int People = 10;
    private const int Requests = 20;
    private const int QuickRequests = 5;

    private static readonly Ratio[] _ratios =
    [
        new("http_clicked_vs_alone", Beside + ".http", Alone + ".http"),
        new("bulk_clicked_vs_alone", Beside + ".bulk", Alone + ".bulk"),
    ];

    private static readonly Option<int> _filled = RunOptions.Number("--filled", "Jobs that are there before", 10_000_000, 100_000_000);
    private static readonly Option<int> _every = RunOptions.Number("--every", "Seconds from one click of a person to the next", 5, 600);
    private static readonly Option<bool> _only = new("--screens-only") { Description = "Without the pipeline's rate" };

    public static Command Create() => RunOptions.Command("console", "Measures the screens of the console with many jobs, and the pipeline while people click.", RunAsync, _filled, _every, _only);

    private static async Task<int> RunAsync(Stage stage, Sizes sizes, ParseResult parsed, CancellationToken cancellationToken)
    {
        await using Field field = new(Console.Error);
        int filled = parsed.GetValue(_filled);
        FilledDatabase database = new(stage, Database, filled);
        bool isThere = await database.IsThereAsync(cancellationToken);
        string postgres = isThere ? stage.Servers.Database(Database) : await History.CreateDatabaseAsync(stage, Database, cancellationToken);
        string today = History.Today(stage.Time);
        PipelineSide pipeline = await field.StartAsync(PipelineSide.StartAsync(stage, works: true, postgres, today, Database + ".", cancellationToken));
        Keys keys = await database.FillAsync(pipeline.Address, isThere, cancellationToken);

        await using NpgsqlDataSource source = NpgsqlDataSource.Create(postgres);
        bool isQuick = parsed.GetValue(RunOptions.Quick);
        IReadOnlyList<Screen> all = await Screen.AllAsync(source, keys.ClientId, isOperator: true, stage.Time, cancellationToken);
        IReadOnlyList<Screen> own = await Screen.AllAsync(source, keys.ClientId, isOperator: false, stage.Time, cancellationToken);
        using Person admin = await Person.EnterAsync(pipeline.Address, keys.Admin, cancellationToken);
        using Person client = await Person.EnterAsync(pipeline.Address, keys.Client, cancellationToken);
        ScreenTimes times = new(isQuick ? QuickRequests : Requests, stage.Time, Console.Error);
        await times.MeasureAsync("operator", admin, all, cancellationToken);
        await times.MeasureAsync("client", client, own, cancellationToken);

        // Half of them operators, half of them the client with the most jobs.
        Crowd crowd = new([.. Enumerable.Range(0, People).Select(i => i % 2 is 0 ? (admin, all) : (client, own))], TimeSpan.FromSeconds(parsed.GetValue(_every)), stage.Time);
        await using Results results = new("Pipeline", NpgsqlDataSource.Create(postgres), $"select count(*)::int from {today} where state = 'succeeded'", $"truncate {today}; delete from dispatches", stage.Time);
        string authorization = $"Authorization: Bearer {keys.Client}\r\n";
        Throughput http = new(Alone + ".http", sizes.Jobs, sizes.WarmUp, results, (jobs, stop) =>
            Submissions.OneByOneAsync(pipeline.Port, KeepAliveConnection.Post(PipelineSide.Path, PipelineSide.Item, authorization), jobs, stop), stage.Time);
        Throughput bulk = new(Alone + ".bulk", sizes.Jobs, sizes.WarmUp, results, (jobs, stop) =>
            Submissions.BatchAsync(new(pipeline.Address, "/api/jobs/batch"), PipelineSide.Item, jobs, stop, keys.Client), stage.Time);
        Rounds rounds = new(
            [[http, new Clicked(Beside + ".http", http, crowd)], [bulk, new Clicked(Beside + ".bulk", bulk, crowd)]], parsed.GetValue(_only) ? 0 : sizes.Rounds, Console.Error);
        if (!parsed.GetValue(_only))
        {
            await rounds.RunAsync(cancellationToken);
        }

        await FinishAsync(new("console", parsed.GetValue(_only) ? [] : _ratios, rounds, pipeline.MemoryMegabytes), times, filled, crowd.Clicks, field, parsed, cancellationToken);
        return rounds.IsComplete(PipelineSide.Name) && times.SlowestMedian <= ScreenTimes.MillisecondsMax ? 0 : 1;
    }

    private static async Task FinishAsync(Report report, ScreenTimes times, int filled, int clicks, Field field, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (!parsed.GetValue(_only))
        {
            report.WriteTable(Console.Error);
        }

        await RunOptions.RecordAsync(surroundings => With(report.ToRecord(surroundings)), field, parsed, cancellationToken);
        Console.Out.WriteLine(With(report.ToJson()).ToJsonString());

        JsonObject With(JsonObject line)
        {
            line["jobs"] = filled;
            line["clicks"] = clicks;
            line["seconds_between_clicks"] = parsed.GetValue(_every);
            line["ratios"]!["slowest_screen_vs_bound"] = Math.Round(times.SlowestMedian / ScreenTimes.MillisecondsMax, 3);
            line["screens_ms"] = times.ToJson();
            return line;
        }
    }
}
