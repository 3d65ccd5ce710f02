using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Cli.Display;
using Pipeline.Core.Clients;

namespace Pipeline.Cli.Commands;

/// <summary><c>keys add | list | revoke</c>: works on the database, because the API takes no request before there is a key.</summary>
internal static class KeysCommand
{
    public static Command Create(CliEnvironment environment) =>
        new("keys", "Makes, lists and revokes API keys, in the database of Postgres__ConnectionString.")
        {
            Add(environment),
            List(environment),
            Revoke(environment),
        };

    private static Command Add(CliEnvironment environment)
    {
        var name = ClientNames.Argument("Who will use the key.");
        var command = new Command("add", "Creates a key and prints it once.") { name };
        command.Do(environment, (parsed, cancellationToken) => PipelineDatabase.UseAsync(environment, async services =>
        {
            var key = await services.GetRequiredService<ClientStore>().AddAsync(parsed.GetRequiredValue(name), cancellationToken);
            environment.Out.Line(key);
            environment.Error.Line("Store it now: only its hash is kept, so it is never shown again.");
            environment.Error.Line($"Send it as \"Authorization: Bearer {key}\", or set {ServerOptions.KeyVariable} for ./run submit, samples and eval.");
            return ExitCodes.Success;
        }, cancellationToken));
        return command;
    }

    private static Command List(CliEnvironment environment)
    {
        var command = new Command("list", "Lists all keys, revoked ones included, oldest first.");
        command.Do(environment, (_, cancellationToken) => PipelineDatabase.UseAsync(environment, async services =>
        {
            KeyTable.Write(environment.Out, await services.GetRequiredService<ClientStore>().ListAsync(cancellationToken));
            return ExitCodes.Success;
        }, cancellationToken));
        return command;
    }

    private static Command Revoke(CliEnvironment environment)
    {
        var name = ClientNames.Argument("Whose key ends.");
        var command = new Command("revoke", "Ends a key.") { name };
        command.Do(environment, (parsed, cancellationToken) => PipelineDatabase.UseAsync(environment, async services =>
        {
            var client = parsed.GetRequiredValue(name);
            if (!await services.GetRequiredService<ClientStore>().RevokeAsync(client, cancellationToken))
            {
                throw new CommandException($"There is no active key named '{client}'; ./run keys list shows all keys.");
            }

            environment.Out.Line($"Revoked '{client}'. A running pipeline notices within {ClientStore.CacheLifetime.TotalSeconds:0} s.");
            return ExitCodes.Success;
        }, cancellationToken));
        return command;
    }
}
