using System.CommandLine;
using Pipeline.Cli.Display;

namespace Pipeline.Cli.Commands;

/// <summary><c>migrate</c>: brings the schema up to date before the first process of a new version starts, as a step of a deployment.</summary>
internal static class MigrateCommand
{
    public static Command Create(CliEnvironment environment)
    {
        var command = new Command("migrate", "Brings the schema of the database of Postgres__ConnectionString up to date.");
        command.Do(environment, (_, cancellationToken) => PipelineDatabase.UseAsync(environment, _ =>
        {
            environment.Out.Line("The schema is up to date.");
            return Task.FromResult(ExitCodes.Success);
        }, cancellationToken));
        return command;
    }
}
