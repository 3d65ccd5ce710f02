using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pipeline.Cli.Display;
using Pipeline.Core.Documents;
using Pipeline.Core.Postgres.Rights;
using Pipeline.Core.Search;

namespace Pipeline.Cli.Commands;

/// <summary><c>database grant</c>: as the owner of the tables, gives the users of roles what these need, after it has migrated.</summary>
internal static class DatabaseCommand
{
    public static Command Create(CliEnvironment environment) =>
        new("database", "Works on the database of Postgres__ConnectionString, as the owner of its tables.") { Grant(environment) };

    private static Command Grant(CliEnvironment environment)
    {
        var users = Enum.GetValues<DatabaseRole>().ToDictionary(
            role => role,
            role => new Option<string?>($"--{Word(role)}") { Description = $"The user in PostgreSQL of the role {Word(role)}.", HelpName = "USER" });
        var command = new Command("grant", "Migrates, then gives each user what its role needs and takes everything else. To be repeated with every new version.");
        foreach (var option in users.Values)
        {
            command.Options.Add(option);
        }

        command.Validators.Add(result =>
        {
            if (users.Values.All(option => string.IsNullOrEmpty(result.GetValue(option))))
            {
                result.AddError($"Name at least one user: {string.Join(", ", users.Values.Select(option => $"{option.Name} USER"))}.");
            }
        });
        command.Do(environment, (parsed, cancellationToken) => PipelineDatabase.UseAsync(
            environment,
            services => GrantAsync(
                environment,
                services,
                users.Select(option => (option.Key, User: parsed.GetValue(option.Value))).Where(named => !string.IsNullOrEmpty(named.User)).ToDictionary(named => named.Key, named => named.User!),
                cancellationToken),
            cancellationToken));
        return command;
    }

    private static async Task<int> GrantAsync(
        CliEnvironment environment, IServiceProvider services, IReadOnlyDictionary<DatabaseRole, string> users, CancellationToken cancellationToken)
    {
        if (await services.GetRequiredService<DatabaseGrants>().GrantAsync(users, cancellationToken) is { } refusal)
        {
            throw new CommandException(refusal);
        }

        foreach (var (role, user) in users)
        {
            environment.Out.Line($"{Word(role)}: user '{user}' may use {RightsMatrix.Tables.Count(table => table.Of(role) is not null)} of {RightsMatrix.Tables.Count} tables, and no more of them than the role needs.");
        }

        if (await PgvectorIndex.BuildAsync(services.GetRequiredService<NpgsqlDataSource>(), services.GetRequiredService<EmbeddingModelStore>(), cancellationToken) is { } models)
        {
            environment.Out.Line($"Models whose vectors have an index: {models}.");
        }

        return ExitCodes.Success;
    }

    // As the options say it.
    private static string Word(DatabaseRole role) => role switch
    {
        DatabaseRole.Api => "api",
        DatabaseRole.Scheduler => "scheduler",
        DatabaseRole.Inference => "inference",
        DatabaseRole.Embedding => "embedding",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, null),
    };
}
