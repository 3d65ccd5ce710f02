using System.CommandLine;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Cli.Display;
using Pipeline.Core.Clients;
using Pipeline.Core.Limits;

namespace Pipeline.Cli.Commands;

/// <summary><c>keys add | list | rotate | limit | revoke | erase</c>: works on the database, so that it helps where no key is left that the API would take.</summary>
internal static class KeysCommand
{
    public static Command Create(CliEnvironment environment) =>
        new("keys", "Makes, lists, rotates, limits and revokes API keys, and erases clients, in the database of Postgres__ConnectionString.")
        {
            Add(environment),
            List(environment),
            Rotate(environment),
            Limit(environment),
            Revoke(environment),
            EraseCommand.Create(environment),
        };

    private static Command Add(CliEnvironment environment)
    {
        var name = KeyOptions.Name("Who will use the key.");
        var role = KeyOptions.Role();
        var expires = KeyOptions.Duration("--expires", "After this the key ends, such as 90d; without it never.", KeyTimes.LifetimeMax, canBeZero: false);
        var sameClient = new Option<bool>("--same-client") { Description = "For the revoked client that had this name last, with its jobs, instead of a new one." };
        var command = new Command("add", "Creates a key and prints it once.") { name, role, expires, sameClient };
        Do(
            command,
            environment,
            new(KeyActions.Add, name)
            {
                Details = (parsed, now) => new()
                {
                    ["name"] = parsed.GetRequiredValue(name),
                    ["role"] = parsed.GetValue(role)?.Word(),
                    ["expires_at"] = now + parsed.GetValue(expires),
                    ["same_client"] = parsed.GetValue(sameClient),
                },
                RunAsync = (keys, now, parsed, cancellationToken) => keys.AddAsync(
                    new()
                    {
                        Name = parsed.GetRequiredValue(name),
                        Role = parsed.GetValue(role),
                        ExpiresAt = now + parsed.GetValue(expires),
                        SameClient = parsed.GetValue(sameClient),
                    },
                    cancellationToken),
            });
        return command;
    }

    private static Command List(CliEnvironment environment)
    {
        var command = new Command("list", "Lists all keys, expired and revoked ones included, oldest first.");
        command.Do(environment, (_, cancellationToken) => PipelineDatabase.UseAsync(environment, async services =>
        {
            KeyTable.Write(environment.Out, [.. (await services.GetRequiredService<KeyStore>().ListAsync(before: null, limit: null, cancellationToken)).Reverse()]);
            return ExitCodes.Success;
        }, cancellationToken));
        return command;
    }

    private static Command Rotate(CliEnvironment environment)
    {
        var name = KeyOptions.Name("Whose key is replaced.");
        var grace = KeyOptions.Duration("--grace", "How long the key before goes on working; default 24h, 0s ends it at once.", KeyTimes.GraceMax, canBeZero: true);
        var command = new Command("rotate", "Replaces a key by a new one, and prints that once.") { name, grace };
        Do(
            command,
            environment,
            new(KeyActions.Rotate, name)
            {
                Details = (parsed, _) => new() { ["grace_seconds"] = Grace(parsed).TotalSeconds },
                RunAsync = (keys, _, parsed, cancellationToken) => keys.RotateAsync(parsed.GetRequiredValue(name), Grace(parsed), cancellationToken),
            });
        return command;

        TimeSpan Grace(ParseResult parsed) => parsed.GetValue(grace) ?? KeyTimes.GraceDefault;
    }

    private static Command Limit(CliEnvironment environment)
    {
        var name = KeyOptions.Name("Whose limits change.");
        var options = LimitName.Max.Select(limit => (limit.Key, Option: KeyOptions.Limit(limit.Key, limit.Value))).ToArray();
        var command = new Command("limit", "Sets limits of a client; those that are not named stay.") { name };
        Array.ForEach(options, limit => command.Options.Add(limit.Option));
        command.Validators.Add(result =>
        {
            if (options.All(limit => result.GetResult(limit.Option) is null))
            {
                result.AddError($"Name a limit: {string.Join(", ", options.Select(limit => limit.Option.Name))}.");
            }
        });
        Do(
            command,
            environment,
            new(KeyActions.Change, name)
            {
                Details = (parsed, _) => new() { ["limits"] = new JsonObject(Limits(parsed).Select(limit => KeyValuePair.Create<string, JsonNode?>(limit.Key, limit.Value))) },
                RunAsync = (keys, _, parsed, cancellationToken) => keys.ChangeAsync(parsed.GetRequiredValue(name), new() { Limits = Limits(parsed) }, cancellationToken),
            });
        return command;

        Dictionary<string, long?> Limits(ParseResult parsed) =>
            options.Where(limit => parsed.GetResult(limit.Option) is not null).ToDictionary(limit => limit.Key, limit => parsed.GetValue(limit.Option)?.Value);
    }

    private static Command Revoke(CliEnvironment environment)
    {
        var name = KeyOptions.Name("Whose keys end.");
        var command = new Command("revoke", "Ends all keys of a name.") { name };
        Do(
            command,
            environment,
            new(KeyActions.Revoke, name)
            {
                RunAsync = (keys, _, parsed, cancellationToken) => keys.RevokeAsync(parsed.GetRequiredValue(name), keyId: null, cancellationToken),
            });
        return command;
    }

    private static void Do(Command command, CliEnvironment environment, Change change) =>
        command.Do(environment, (parsed, cancellationToken) => PipelineDatabase.UseAsync(environment, async services =>
        {
            var name = parsed.GetRequiredValue(change.Name);
            var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
            var entry = await KeyAudit.BeginAsync(environment, services, change.Action, name, change.Details(parsed, now), cancellationToken);
            var reply = await change.RunAsync(services.GetRequiredService<KeyStore>(), now, parsed, cancellationToken);
            await entry.EndAsync(reply);
            switch (reply)
            {
                case KeyReply.Made made:
                    Show(environment, made);
                    break;
                case KeyReply.Changed { Key: var key }:
                    environment.Out.Line($"Limits of '{key.Name}': {KeyTable.Limits(key)}. A running pipeline notices within {ClientStore.CacheLifetime.TotalSeconds:0} s.");
                    break;
                case KeyReply.Revoked:
                    environment.Out.Line($"Revoked '{name}'. A running pipeline notices within {ClientStore.CacheLifetime.TotalSeconds:0} s.");
                    break;
                case KeyReply.Refused refused:
                    throw new CommandException(refused.Message);
            }

            return ExitCodes.Success;
        }, cancellationToken));

    private static void Show(CliEnvironment environment, KeyReply.Made made)
    {
        environment.Out.Line(made.Secret);
        environment.Error.Line("Store it now: only its hash is kept, so it is never shown again.");
        environment.Error.Line($"Send it as \"Authorization: Bearer {made.Secret}\", or set {ServerOptions.KeyVariable} for ./run submit, samples and eval.");
        var end = made.Key.ExpiresAt is { } time ? $"ends on {KeyTable.Time(time)}" : "does not expire";
        environment.Error.Line($"'{made.Key.Name}' has the role {made.Key.Role.Word()}; the key {end}.");
    }

    /// <summary>What a verb does to keys.</summary>
    /// <param name="Action">Of <see cref="KeyActions"/>.</param>
    /// <param name="Name">Whose key.</param>
    private sealed record Change(string Action, Argument<string> Name)
    {
        /// <summary>What the audit has of the options.</summary>
        public Func<ParseResult, DateTimeOffset, JsonObject> Details { get; init; } = (_, _) => [];

        public required Func<KeyStore, DateTimeOffset, ParseResult, CancellationToken, Task<KeyReply>> RunAsync { get; init; }
    }
}
