using System.CommandLine;
using System.Text.Json.Nodes;
using Pipeline.Bench.Jobs.Measures;
using Pipeline.Bench.Jobs.Sides;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Jobs.Commands;

/// <summary>A nightly report on a day of many jobs: what it costs the database, and the pipeline that works meanwhile.</summary>
internal static class ReportCommand
{
    private const string Database = "report";
    private static readonly Option<int> _rows = RunOptions.Number("--rows", "Jobs of the day", 1_000_000, 100_000_000);

    public static Command Create() => RunOptions.Command("report", "Makes the report on a day while jobs go on.", RunAsync, _rows);

    private static async Task<int> RunAsync(Stage stage, Sizes sizes, ParseResult parsed, CancellationToken cancellationToken)
    {
        await using Field field = new(Console.Error);
        string postgres = await History.CreateDatabaseAsync(stage, Database, cancellationToken);
        PipelineSide side = await field.StartAsync(PipelineSide.StartAsync(stage, works: true, postgres, History.Today(stage.Time), Database + ".", cancellationToken));
        int rows = parsed.GetValue(_rows);
        await using ReportedDay day = await ReportedDay.WriteAsync(postgres, rows, stage.Time, cancellationToken);
        Throughput bulk = new("pipeline.bulk", sizes.Jobs, sizes.WarmUp, side.Results, side.SubmitBatchAsync, stage.Time);
        await bulk.WarmUpAsync(cancellationToken);

        List<double> alone = [], beside = [], database = [], cpu = [], wall = [];
        for (int round = 1; round <= sizes.Rounds; round++)
        {
            alone.Add((await bulk.MeasureAsync(cancellationToken)).Value);
            Task<MadeReport> making = day.MakeAsync(cancellationToken);
            while (!making.IsCompleted)
            {
                beside.Add((await bulk.MeasureAsync(cancellationToken)).Value);
            }

            MadeReport made = await making;
            database.Add(made.DatabaseSeconds);
            cpu.Add(made.CpuSeconds);
            wall.Add(made.Seconds);
            await Console.Error.WriteLineAsync($"round {round}: {made.Jobs:N0} jobs, {made.DatabaseSeconds:0.0} s of database time, {made.CpuSeconds:0.0} s of them on a core, in {made.Seconds:0} s; {alone[^1]:0} jobs/s alone, {Median.Of(beside):0} beside it");
            alone.Add((await bulk.MeasureAsync(cancellationToken)).Value);
        }

        JsonObject line = new()
        {
            ["bench"] = "report",
            ["rows"] = rows,
            ["database_s"] = Math.Round(Median.Of(database), 1),
            ["database_cpu_s"] = Math.Round(Median.Of(cpu), 1),
            ["made_in_s"] = Math.Round(Median.Of(wall), 1),
            ["jobs_per_s"] = new JsonObject { ["alone"] = Math.Round(Median.Of(alone)), ["beside"] = Math.Round(Median.Of(beside)) },
            ["ratios"] = new JsonObject { ["beside_vs_alone"] = Math.Round(Median.Of(beside) / Median.Of(alone), 3) },
        };
        await RunOptions.RecordAsync(
            surroundings =>
            {
                JsonObject record = line.DeepClone().AsObject();
                record["surroundings"] = surroundings;
                return record;
            },
            field, parsed, cancellationToken);
        Console.Out.WriteLine(line.ToJsonString());
        return 0;
    }
}
