using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pipeline.Bench.Measuring;
using Pipeline.Bench.Nights;
using Pipeline.Core.Hosting;
using Pipeline.Scheduler;

const string Variable = "Postgres__ConnectionString";

Option<string> clock = new("--clock") { Description = "The file that sets the date", Required = true };
Option<int> nights = new("--nights") { Description = "Simulated nights", DefaultValueFactory = _ => 50 };
Option<int> seed = new("--seed") { Description = "What is killed when", DefaultValueFactory = _ => 1 };
Option<string> scratch = new("--scratch") { Description = "Directory for logs", Required = true };

Command scheduler = new("scheduler", "A scheduler whose date is simulated.") { clock };
scheduler.SetAction((parsed, cancellationToken) => PipelineHost.RunAsync(() =>
{
    var builder = WebApplication.CreateSlimBuilder();
    builder.Services.AddSingleton<TimeProvider>(new SimulatedClock(parsed.GetRequiredValue(clock)));
    builder.Configuration["Broker:Url"] = "memory";
    builder.Configuration["Urls"] = "http://127.0.0.1:0";
    builder.Configuration["Scheduler:PollInterval"] = "00:00:01";
    builder.AddPipeline(pipeline => pipeline.AddScheduler());
    return builder.Build();
}));

Command run = new("run", "Kills two schedulers around their nights.") { nights, seed, scratch };
run.SetAction(async (parsed, cancellationToken) =>
{
    var server = Environment.GetEnvironmentVariable(Variable) ?? throw new BenchException($"{Variable} is not set. Start it with bench/run, which starts the server and sets it.");
    var directory = Directory.CreateDirectory(parsed.GetRequiredValue(scratch)).FullName;
    var file = Path.Combine(directory, "nights.clock");
    SimulatedClock time = new(file);
    time.Set(new(TimeProvider.System.GetUtcNow().UtcDateTime.Date.AddHours(10), TimeSpan.Zero));
    await using var database = await NightsDatabase.CreateAsync(server, "nights", cancellationToken);
    Environment.SetEnvironmentVariable(Variable, new NpgsqlConnectionStringBuilder(server) { Database = "nights" }.ConnectionString);

    SchedulerProcess[] schedulers = [.. Enumerable.Range(1, 2).Select(number => new SchedulerProcess($"scheduler {number}", file, Path.Combine(directory, $"scheduler-{number}.log")))];
    try
    {
        schedulers[0].Start();
        await database.WaitForTablesAsync(TimeProvider.System, cancellationToken);
        var result = await new NightsRun(database, time, schedulers, parsed.GetValue(seed)).RunAsync(parsed.GetValue(nights), Console.Error, cancellationToken);
        Console.Out.WriteLine(result.ToJsonString());
        return result["missing"]!.GetValue<int>() + result["double"]!.GetValue<int>() is 0 ? 0 : 1;
    }
    finally
    {
        foreach (var process in schedulers)
        {
            process.Dispose();
        }
    }
});

try
{
    return await new RootCommand("Nightly reports whose schedulers die.") { scheduler, run }.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (OperationCanceledException)
{
    return 130;
}
catch (Exception exception) when (exception is BenchException or NpgsqlException or IOException)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}
