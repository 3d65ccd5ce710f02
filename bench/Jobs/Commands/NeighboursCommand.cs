using System.CommandLine;
using System.Globalization;
using System.Net.Http.Headers;
using Pipeline.Bench.Jobs.Neighbours;

namespace Pipeline.Bench.Jobs.Commands;

/// <summary>A hostile client does one thing after the other; what does a good one beside it notice?</summary>
internal static class NeighboursCommand
{
    private const double RatioMax = 3;
    private const int QuickSeconds = 5;

    private static readonly Option<int> _seconds = RunOptions.Number("--seconds", "How long each attack goes on", 20, 3_600);
    private static readonly Option<string?> _only = new("--only") { Description = "Only the attacks of these names, separated by commas" };

    public static Command Create() => RunOptions.Command("neighbours", "A good client beside one that does all it can to be in the way.", RunAsync, _seconds, _only);

    private static async Task<int> RunAsync(Stage stage, Sizes sizes, ParseResult parsed, CancellationToken cancellationToken)
    {
        TimeSpan duration = TimeSpan.FromSeconds(parsed.GetValue(RunOptions.Quick) ? QuickSeconds : parsed.GetValue(_seconds));
        await using Field field = new(Console.Error);
        await using Neighbourhood system = await Neighbourhood.StartAsync(field, stage, cancellationToken);
        await using Receivers receivers = await Receivers.StartAsync(stage.Time, cancellationToken);
        using HttpClient admin = new() { BaseAddress = system.Side.Address, Timeout = TimeSpan.FromMinutes(5) };
        admin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await FairnessCommand.AddKeyAsync(admin, "admin", cancellationToken));
        using GoodNeighbour good = new(system.Side.Address, await FairnessCommand.AddKeyAsync(admin, "good", cancellationToken), receivers, stage.Time);
        await good.BeginAsync(cancellationToken);
        string key = await FairnessCommand.AddKeyAsync(admin, "hostile", cancellationToken);
        await good.LiveAsync(duration / 2, cancellationToken); // Warms up.

        List<GoodNeighbour.Times> alone = [await good.LiveAsync(duration, cancellationToken)];
        double idle = system.Side.MemoryMegabytes["api"]!.GetValue<double>();
        List<NeighbourRow> rows = [];
        Attack[] attacks = [.. Attack.All.Where(attack => parsed.GetValue(_only) is not { } only || only.Split(',').Contains(attack.Name))];
        foreach (Attack attack in attacks)
        {
            rows.Add(await BesideAsync(attack, new(system.Side.Address, key, receivers.Silent)));
            Console.Error.WriteLine(NeighbourReport.Line(rows[^1]));
            await Shares.CancelAllAsync(admin, cancellationToken);
            alone.Add(await good.LiveAsync(duration / 4, cancellationToken)); // What was alone is so in all parts of the run.
        }

        NeighbourReport report = new(GoodNeighbour.Times.Of(alone), rows, idle, system.Side.MemoryMegabytes["api"]!.GetValue<double>(), system.Emotions.Sum(worker => worker.Deaths));
        report.WriteTable(Console.Error);
        await RunOptions.RecordAsync(report.ToRecord, field, parsed, cancellationToken);
        Console.Out.WriteLine(report.ToJson().ToJsonString());
        return report.Holds(RatioMax) ? 0 : 1;

        async Task<NeighbourRow> BesideAsync(Attack attack, Hostile hostile)
        {
            using (hostile)
            {
                using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                Task attacking = attack.RunAsync(hostile, over.Token);
                Task<double> memory = WatchAsync(system, stage.Time, over.Token);
                GoodNeighbour.Times times = await good.LiveAsync(duration, cancellationToken);
                await over.CancelAsync();
                await IgnoreCancelAsync(attacking);
                return new(attack.Name, times, await memory, string.Join(", ", hostile.Answers.OrderBy(answer => answer.Key).Select(answer => string.Create(CultureInfo.InvariantCulture, $"{answer.Key}: {answer.Value}"))));
            }
        }
    }

    /// <summary>The most resident memory that the API has meanwhile, in MB.</summary>
    private static async Task<double> WatchAsync(Neighbourhood system, TimeProvider time, CancellationToken over)
    {
        double most = 0;
        using PeriodicTimer pace = new(TimeSpan.FromMilliseconds(250), time);
        try
        {
            while (await pace.WaitForNextTickAsync(over))
            {
                most = Math.Max(most, system.Side.MemoryMegabytes["api"]!.GetValue<double>());
            }
        }
        catch (OperationCanceledException)
        {
            // The attack is over.
        }

        return most;
    }

    private static async Task IgnoreCancelAsync(Task attacking)
    {
        try
        {
            await attacking;
        }
        catch (OperationCanceledException)
        {
            // It goes on until it is stopped.
        }
    }
}
