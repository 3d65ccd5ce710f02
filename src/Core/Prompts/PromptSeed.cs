using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pipeline.Contracts;
using Pipeline.Core.Hosting;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Prompts;

/// <summary>
/// Brings the templates that come with the kinds into the database, each start anew: versions that are there stay as they
/// are, newer ones are added and used. Clients' prompts are theirs.
/// </summary>
internal sealed class PromptSeed(NpgsqlDataSource dataSource, JobCatalog catalog) : StartupStep
{
    private const string Given = """
        unnest(@Kinds::text[], @Names::text[], @Languages::text[], @Versions::int[], @Systems::text[], @Users::text[], @Examples::json[])
            as given (kind, name, language, version, system, user_text, examples)
        """;

    // Only what comes with Pipeline is touched: clients' prompts stand beside it. An older build that starts later does not go back.
    private const string Seed = $"""
        insert into prompts (kind, name, language, active_version) select kind, name, language, version from {Given}
        on conflict (client_id, kind, name, language) do update set active_version = excluded.active_version
         where prompts.active_version < excluded.active_version
        """;

    private const string SeedVersions = $"""
        insert into prompt_versions (prompt_id, version, system, user_text, examples)
        select prompts.id, given.version, given.system, given.user_text, given.examples
          from {Given} join prompts using (kind, name, language)
         where prompts.client_id is null
        on conflict do nothing
        """;

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
        await connection.ExecuteAsync(Seed, rows, cancellationToken);
        await connection.ExecuteAsync(SeedVersions, rows, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}

internal static class PromptRegistration
{
    /// <summary>This process keeps prompts, those that come with it included.</summary>
    public static IServiceCollection AddPrompts(this IServiceCollection services) => services
        .AddValidated<PromptOptions, PromptOptionsValidator>(PromptOptions.Section)
        .AddSingleton<PromptTemplates>()
        .AddSingleton<IPromptTemplates>(provider => provider.GetRequiredService<PromptTemplates>())
        .AddSingleton<PromptStore>()
        .AddHostedService<PromptSeed>();
}
