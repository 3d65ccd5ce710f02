using Dapper;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Prompts;

/// <summary>
/// Brings the templates that come with the kinds into the database, each start anew: versions that are there stay as they
/// are, newer ones are added and used. Clients' prompts are theirs.
/// </summary>
internal sealed class PromptSeed(NpgsqlDataSource dataSource, JobCatalog catalog) : StartupStep
{
    public override async Task StartingAsync(CancellationToken cancellationToken)
    {
        // In one order, for two processes that start together and lock the same rows.
        PromptTemplate[] prompts = [.. catalog.Prompts.OrderBy(prompt => (prompt.Kind, prompt.Name, prompt.Language))];
        var rows = new
        {
            Kinds = prompts.Select(prompt => prompt.Kind).ToArray(),
            Names = prompts.Select(prompt => prompt.Name).ToArray(),
            Languages = prompts.Select(prompt => prompt.Language).ToArray(),
            Versions = prompts.Select(prompt => prompt.Version).ToArray(),
            Systems = prompts.Select(prompt => prompt.System).ToArray(),
            Users = prompts.Select(prompt => prompt.User).ToArray(),
            Examples = prompts.Select(prompt => PromptExamplesJson.Write(prompt.Examples)).ToArray(),
        };
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(PromptSql.Seed, rows, cancellationToken: cancellationToken));
        await connection.ExecuteAsync(new CommandDefinition(PromptSql.SeedVersions, rows, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
    }
}
