using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Npgsql;

namespace Pipeline.Bench.Jobs.Screens;

/// <summary>A database of <see cref="MonthOfJobs"/>. A comment on it says what it was filled with, so that a later run finds it again.</summary>
/// <param name="jobs">How many jobs it has, or is to get.</param>
internal sealed class FilledDatabase(Stage stage, string name, int jobs)
{
    private const string Comment = "select shobj_description(oid, 'pg_database') from pg_database where datname = @Name";

    private string Prefix => $"{jobs} jobs until {History.Today(stage.Time)} ";

    /// <summary>Whether an earlier run of today left it.</summary>
    public async Task<bool> IsThereAsync(CancellationToken cancellationToken) => await CommentAsync(cancellationToken) is { } comment && comment.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>Once its API runs. Keys are made anew each time they cannot be known.</summary>
    public async Task<Keys> FillAsync(Uri api, bool isThere, CancellationToken cancellationToken)
    {
        if (isThere && JsonSerializer.Deserialize<Keys>((await CommentAsync(cancellationToken))![Prefix.Length..]) is { } known)
        {
            return known;
        }

        using HttpClient client = new() { BaseAddress = api };
        string admin = await AddAsync(client, "admin", "admin", cancellationToken);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", admin);
        string large = await AddAsync(client, "shop", "client", cancellationToken);
        await using NpgsqlDataSource database = NpgsqlDataSource.Create(stage.Servers.Database(name));
        await using NpgsqlConnection connection = await database.OpenConnectionAsync(cancellationToken);
        Keys keys = new(admin, large, await connection.QuerySingleAsync<Guid>(new CommandDefinition("select id from clients where name = 'shop'", cancellationToken: cancellationToken)));
        await MonthOfJobs.WriteAsync(stage.Servers.Database(name), keys.ClientId, jobs, stage.Time, Console.Error, cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            $"comment on database \"{name}\" is '{Prefix}{JsonSerializer.Serialize(keys)}'", cancellationToken: cancellationToken));
        return keys;
    }

    private static async Task<string> AddAsync(HttpClient admin, string name, string role, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await admin.PostAsJsonAsync("/api/keys", new { name, role }, cancellationToken);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("key").GetString()!;
    }

    private async Task<string?> CommentAsync(CancellationToken cancellationToken)
    {
        await using NpgsqlDataSource server = NpgsqlDataSource.Create(stage.Servers.Postgres);
        await using NpgsqlConnection connection = await server.OpenConnectionAsync(cancellationToken);
        return await connection.QuerySingleOrDefaultAsync<string>(new CommandDefinition(Comment, new { Name = name }, cancellationToken: cancellationToken));
    }
}

/// <param name="ClientId">Of the client with half of the jobs.</param>
internal sealed record Keys(string Admin, string Client, Guid ClientId);
