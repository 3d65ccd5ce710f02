using Dapper;
using Npgsql;
using Pipeline.Core.Postgres.Rights;

namespace Pipeline.TestSupport.Services;

/// <summary>A user for each role, with what the role needs of a database and nothing else. Disposed before the database.</summary>
public sealed class DatabaseUsers : IAsyncDisposable
{
    private const string Password = "of-a-test";

    private readonly PostgresDatabase _database;
    private readonly string _suffix = $"{Guid.CreateVersion7():N}";

    private DatabaseUsers(PostgresDatabase database) => _database = database;

    private static DatabaseRole[] Roles => Enum.GetValues<DatabaseRole>();

    public static async Task<DatabaseUsers> CreateAsync(PostgresDatabase database)
    {
        var users = await CreateWithoutRightsAsync(database);
        await users.GrantAsync();
        return users;
    }

    /// <summary>Users that may do nothing yet.</summary>
    public static async Task<DatabaseUsers> CreateWithoutRightsAsync(PostgresDatabase database)
    {
        var users = new DatabaseUsers(database);
        await using var connection = await database.DataSource.OpenConnectionAsync();
        foreach (var role in Roles)
        {
            await connection.ExecuteAsync($"create role {users.Name(role)} login password '{Password}'");
        }

        return users;
    }

    /// <summary>What <c>./run database grant</c> does.</summary>
    public async Task GrantAsync()
    {
        if (await new DatabaseGrants(_database.DataSource).GrantAsync(Roles.ToDictionary(role => role, Name), CancellationToken.None) is { } refusal)
        {
            throw new InvalidOperationException(refusal);
        }
    }

    public string Name(DatabaseRole role) => $"test_{role}_{_suffix}".ToLowerInvariant();

    public string ConnectionString(DatabaseRole role) =>
        new NpgsqlConnectionStringBuilder(_database.ConnectionString) { Username = Name(role), Password = Password }.ConnectionString;

    public async ValueTask DisposeAsync()
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        foreach (var role in Roles)
        {
            await connection.ExecuteAsync($"drop owned by {Name(role)} cascade");
            await connection.ExecuteAsync($"drop role {Name(role)}");
        }
    }
}
