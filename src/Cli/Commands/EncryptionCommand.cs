using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Cli.Display;
using Pipeline.Core.Encryption;

namespace Pipeline.Cli.Commands;

/// <summary><c>encryption status | rotate</c>: works on the database, with the key of the environment.</summary>
internal static class EncryptionCommand
{
    public static Command Create(CliEnvironment environment) =>
        new("encryption", "Shows the keys that values in the database of Postgres__ConnectionString are encrypted with, and wraps them with a new master key.")
        {
            Status(environment),
            Rotate(environment),
        };

    private static Command Status(CliEnvironment environment)
    {
        var command = new Command("status", "Says whether encryption is on, and which master keys are needed to start.");
        command.Do(environment, (_, cancellationToken) => PipelineDatabase.UseAsync(environment, async services =>
        {
            var state = await services.GetRequiredService<MasterKeyRotation>().StateAsync(cancellationToken);
            environment.Out.Line(Configured(state));
            foreach (var keys in state.Keys)
            {
                environment.Out.Line($"master key {keys.Master}{(keys.IsKnown ? "" : ", which is not configured here")}: {keys.Count} data keys, {keys.First:yyyy-MM-dd} to {keys.Last:yyyy-MM-dd}");
            }

            return ExitCodes.Success;
        }, cancellationToken));
        return command;
    }

    private static Command Rotate(CliEnvironment environment)
    {
        var command = new Command("rotate", "Wraps all data keys with the key of Encryption__KeyFile or Encryption__Key. Those they are wrapped with now have to be among the old keys.");
        command.Do(environment, (_, cancellationToken) => PipelineDatabase.UseAsync(environment, async services =>
        {
            var rotation = services.GetRequiredService<MasterKeyRotation>();
            var rotated = await rotation.RotateAsync(cancellationToken);
            var state = await rotation.StateAsync(cancellationToken);
            environment.Out.Line($"{rotated} data keys are wrapped anew; all {state.Keys.Sum(keys => keys.Count)} need master key {state.Master} now. Older ones can be removed from every role.");
            return ExitCodes.Success;
        }, cancellationToken));
        return command;
    }

    private static string Configured(EncryptionState state) => state switch
    {
        { Master: null, Keys: [] } => "Encryption is off: there is no key, and nothing was ever encrypted.",
        { Master: null } => "There is no key here (Encryption__KeyFile or Encryption__Key), and the database has encrypted values.",
        { IsReadOnly: true } => $"Encrypted values are read with master key {state.Master}; new ones are written plain (Encryption:ReadOnly).",
        _ => $"Encryption is on, with master key {state.Master}.",
    };
}
