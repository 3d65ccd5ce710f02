using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Cli.Demo;
using Pipeline.Cli.Display;
using Pipeline.Cli.Input;
using Pipeline.Core.Clients;
using Pipeline.Core.Jobs;
using Pipeline.Core.Schedules;
using Pipeline.Core.WorkReports;

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

    public static Command Create(Surroundings surroundings) => new("demo", "Fills days with samples and has their nightly reports made.")
    {
        Prepare(surroundings),
        Fill(surroundings),
    };

    private static Command Prepare(Surroundings surroundings)
    {
        var command = new Command("prepare", $"Makes the database of {PipelineDatabase.Variable} anew and empty.");
        command.Do(surroundings, async (_, cancellationToken) =>
        {
            await DemoDatabase.CreateAsync(surroundings.Environment(PipelineDatabase.Variable)!, cancellationToken);
            return ExitCodes.Success;
        });
        return command;
    }

    private static Command Fill(Surroundings surroundings)
    {
        var directory = new Option<string>("--directory") { Description = "Where the samples lie.", DefaultValueFactory = _ => "samples" };
        var url = new Option<string>("--url") { Description = "Where the pipeline serves.", Required = true };
        var command = new Command("fill", "Fills the days, waits for the work and the reports, and says where the last one is.") { directory, url };
        command.Do(surroundings, async (parsed, cancellationToken) =>
        {
            var samples = await JsonLines.ReadAsync(Path.Combine(parsed.GetRequiredValue(directory), "emotion.jsonl"), InputJson.Default.Sample, cancellationToken);
            return await PipelineDatabase.UseAsync(
                surroundings,
                async services =>
                {
                    var report = await RunAsync(surroundings, services, [.. samples.Select(sample => sample.Text!)], cancellationToken);
                    surroundings.Out.Line($"{parsed.GetRequiredValue(url)}/api/reports/{report.Id}");
                    return ExitCodes.Success;
                },
                cancellationToken);
        });
        return command;
    }

    private static async Task<WorkReport> RunAsync(Surroundings surroundings, IServiceProvider services, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(services.GetRequiredService<IOptions<WorkReportOptions>>().Value.TimeZone);
        var yesterday = WorkDays.Of(surroundings.Time.GetUtcNow(), zone).AddDays(-1);
        DemoDays days = new(texts, yesterday, zone);
        var dataSource = services.GetRequiredService<NpgsqlDataSource>();

        var jobs = days.Jobs().ToList();
        await using (var connection = await dataSource.OpenConnectionAsync(cancellationToken))
        {
            await SystemJobs.AddAsync(connection, Client.LocalId, jobs, cancellationToken);
        }

        surroundings.Error.Line($"{jobs.Count} jobs of {DemoDays.Days} days wait for the worker");
        await WaitAsync(surroundings, async () => await DemoDatabase.LeftAsync(dataSource, cancellationToken) is 0, "the jobs were not done", cancellationToken);

        // Only now: before, the scheduler finds nothing to report on.
        await DemoDatabase.BackDateAsync(dataSource, WorkDays.Start(days.FirstDay, zone), cancellationToken);

        var (schedules, reports) = (services.GetRequiredService<ScheduleStore>(), services.GetRequiredService<WorkReportStore>());
        await schedules.RequestAsync(TaskId, cancellationToken);
        surroundings.Error.Line($"the scheduler makes the {DemoDays.Days} nights up, in order");
        IReadOnlyList<WorkReport> made = [];
        await WaitAsync(
            surroundings,
            async () => (made = await reports.ListAsync(Client.LocalId, new() { Scope = WorkReportScope.Night, Day = yesterday, Limit = 10 }, cancellationToken))
                .Any(report => report.ClientId is not null),
            "the report was not made", cancellationToken);
        return made.Single(report => report.ClientId is not null);
    }

    private static async Task WaitAsync(Surroundings surroundings, Func<Task<bool>> isSo, string otherwise, CancellationToken cancellationToken)
    {
        var started = surroundings.Time.GetTimestamp();
        using PeriodicTimer timer = new(Interval, surroundings.Time);
        while (!await isSo())
        {
            if (surroundings.Time.GetElapsedTime(started) > Patience)
            {
                throw new CommandException($"After {Patience.TotalMinutes:0} minutes {otherwise}; see the log of the host.");
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }
}
