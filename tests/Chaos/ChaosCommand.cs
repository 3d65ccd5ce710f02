using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Pipeline.Bench.Measuring;

namespace Pipeline.Chaos;

/// <summary>A run by hand; its last line is one JSON object.</summary>
internal static class ChaosCommand
{
    private static readonly Option<int> Jobs = Positive("--jobs", "Jobs that clients submit", 20_000);
    private static readonly Option<int?> Files = new("--files") { Description = "Instead of jobs of all kinds, this many lines of one file, while API, workers, broker and database are killed in turn" };
    private static readonly Option<int?> Seed = new("--seed") { Description = "Order of the faults; without it, a new one, which is told" };
    private static readonly Option<TimeSpan> FaultEvery = Seconds("--fault-every", "From one fault to the next", 5);
    private static readonly Option<int> Rounds = Positive("--rounds", "How often each kind of fault occurs at least", 2);
    private static readonly Option<bool> LosesBroker = new("--lose-broker") { Description = "Delete the broker's data in the middle" };
    private static readonly Option<TimeSpan> DurationMax = Seconds("--duration-max", "After this the run has failed", 3600);
    private static readonly Option<string> Servers = new("--servers") { Description = "Directory for the servers, deleted at the end", Required = true };
    private static readonly Option<TimeSpan> JobTime = Seconds("--job-time", "What a worker takes for a job", 0);
    private static readonly Option<string?> Record = new("--record") { Description = "Directory for a file with the result" };
    private static readonly Option<string> Commit = new("--commit") { Description = "What was built", DefaultValueFactory = _ => "unknown" };
    private static readonly Option<string> Logs = new("--logs") { Description = "Directory for logs", Required = true };

    public static RootCommand Create()
    {
        RootCommand command = new("Proves that no accepted job is lost, doubled or stuck, whatever fails.")
        {
            Jobs, Files, JobTime, Seed, FaultEvery, Rounds, LosesBroker, DurationMax, Servers, Logs, Record, Commit,
        };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var options = new ChaosOptions
        {
            Jobs = parsed.GetValue(Files) ?? parsed.GetValue(Jobs),
            AsFile = parsed.GetValue(Files) is not null,
            JobTime = parsed.GetValue(JobTime),
            Seed = parsed.GetValue(Seed) ?? Random.Shared.Next(),
            FaultEvery = parsed.GetValue(FaultEvery),
            Rounds = parsed.GetValue(Rounds),
            LosesBroker = parsed.GetValue(LosesBroker),
            DurationMax = parsed.GetValue(DurationMax),
            Servers = Path.GetFullPath(parsed.GetRequiredValue(Servers)),
            Logs = Path.GetFullPath(parsed.GetRequiredValue(Logs)),
        };
        await Console.Error.WriteLineAsync($"{options.Jobs} jobs, seed {options.Seed}");
        try
        {
            var report = await new ChaosRun(options, Console.Error).RunAsync(cancellationToken);
            foreach (var problem in report.Verdict.Problems)
            {
                await Console.Error.WriteLineAsync(problem);
            }

            await RecordAsync(report, parsed, cancellationToken);
            await Console.Out.WriteLineAsync(report.ToJson().ToJsonString());
            return report.IsGood ? 0 : 1;
        }
        catch (ChaosException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    private static async Task RecordAsync(ChaosReport report, ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(Record) is { } directory)
        {
            var record = report.ToJson();
            record["surroundings"] = Machine.Describe(parsed.GetRequiredValue(Commit), TimeProvider.System);
            await RecordFile.WriteAsync(directory, record, TimeProvider.System, cancellationToken);
        }
    }

    private static Option<int> Positive(string name, string description, int value)
    {
        Option<int> option = new(name) { Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() < 1)
            {
                result.AddError($"{name} is {result.GetValueOrDefault<int>()}; give a number from 1.");
            }
        });
        return option;
    }

    private static Option<TimeSpan> Seconds(string name, string description, double seconds) => new(name)
    {
        Description = $"{description}, in seconds: 5 or 5s",
        DefaultValueFactory = _ => TimeSpan.FromSeconds(seconds),
        CustomParser = result => Parse(name, result),
    };

    private static TimeSpan Parse(string name, ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (double.TryParse(text.TrimEnd('s'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 1_000_000)
        {
            return TimeSpan.FromSeconds(seconds);
        }

        result.AddError($"{name} is '{text}'; give seconds, as 5 or 0.5s.");
        return default;
    }
}
