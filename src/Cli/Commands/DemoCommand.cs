using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Cli.Demo;
using Pipeline.Cli.Display;
using Pipeline.Cli.Input;
using Pipeline.Core.ActivityReports;
using Pipeline.Core.Encryption;
using Pipeline.Core.Intake;
using Pipeline.Core.Schedules;

namespace Pipeline.Cli.Commands;

/// <summary>
/// <c>demo</c>: fills days that are over with samples, has the running pipeline do them and the scheduler make their reports. It works
/// on the database, because the clock of a submission is not the client's to set.
/// </summary>
internal static class DemoCommand
{
    private const string TaskId = "nightly-reports";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    public static Command Create(CliEnvironment environment) => new("demo", "Fills days with samples and has their nightly reports made.")
    {
        Prepare(environment),
        Fill(environment),
    };

    private static Command Prepare(CliEnvironment environment)
    {
        var command = new Command("prepare", $"Creates the database of {PipelineDatabase.Variable} again, empty.");
        command.Do(environment, async (_, cancellationToken) =>
        {
            await DemoDatabase.CreateAsync(environment.Variable(PipelineDatabase.Variable)!, cancellationToken);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Fill(CliEnvironment environment)
    {
        var directory = new Option<string>("--directory") { Description = "Directory with the samples.", DefaultValueFactory = _ => "samples" };
        var url = new Option<string>("--url") { Description = "URL of the pipeline.", Required = true };
        var command = new Command("fill", "Fills the days with jobs, waits for them and their reports, and prints the URL of the last report.") { directory, url };
        command.Do(environment, async (parsed, cancellationToken) =>
        {
            var samples = await JsonLines.ReadAsync(Path.Combine(parsed.GetRequiredValue(directory), "emotion.jsonl"), InputJson.Default.Sample, cancellationToken);
            return await PipelineDatabase.UseAsync(
                environment,
                async services =>
                {
                    var report = await RunAsync(environment, services, [.. samples.Select(sample => sample.Text!)], cancellationToken);
                    environment.Out.Line($"{parsed.GetRequiredValue(url)}/api/activity/{report.Id}");
                    return ExitCodes.Success;
                },
                cancellationToken);
        });
        return command;
    }

    private static async Task<ActivityReport> RunAsync(CliEnvironment environment, IServiceProvider services, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(services.GetRequiredService<IOptions<ActivityReportOptions>>().Value.TimeZone);
        var yesterday = ActivityDays.Of(environment.Time.GetUtcNow(), zone).AddDays(-1);
        DemoDays days = new(texts, yesterday, zone);
        var dataSource = services.GetRequiredService<NpgsqlDataSource>();

        var jobs = days.Jobs().ToList();
        await using (var connection = await dataSource.OpenConnectionAsync(cancellationToken))
        {
            await SystemJobs.AddAsync(connection, services.GetRequiredService<Vault>(), Core.Clients.Client.LocalId, jobs, cancellationToken);
        }

        environment.Error.Line($"{jobs.Count} jobs of {DemoDays.Days} days are waiting for the worker");
        await WaitAsync(environment, async () => await DemoDatabase.LeftAsync(dataSource, cancellationToken) is 0, "the jobs were not done", cancellationToken);

        // Only now: before, the scheduler finds nothing to report on.
        await DemoDatabase.BackDateAsync(dataSource, ActivityDays.Start(days.FirstDay, zone), cancellationToken);

        var (schedules, reports) = (services.GetRequiredService<ScheduleStore>(), services.GetRequiredService<ActivityReportStore>());
        await schedules.RequestAsync(TaskId, cancellationToken);
        environment.Error.Line($"the scheduler makes the reports of {DemoDays.Days} nights, in order");
        IReadOnlyList<ActivityReport> made = [];
        await WaitAsync(
            environment,
            async () => (made = await reports.ListAsync(Core.Clients.Client.LocalId, seesAll: false, new() { Scope = ActivityReportScope.Night, Day = yesterday, Limit = 10 }, cancellationToken))
                .Any(report => report.ClientId is not null),
            "the report was not made", cancellationToken);
        return made.Single(report => report.ClientId is not null);
    }

    private static async Task WaitAsync(CliEnvironment environment, Func<Task<bool>> isSo, string otherwise, CancellationToken cancellationToken)
    {
        var started = environment.Time.GetTimestamp();
        using PeriodicTimer timer = new(Interval, environment.Time);
        while (!await isSo())
        {
            if (environment.Time.GetElapsedTime(started) > Patience)
            {
                throw new CommandException($"After {Patience.TotalMinutes:0} minutes {otherwise}; see the log of the host.");
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }
}
