using Npgsql;
using Pipeline.TestSupport.Pipelines;
using Xunit;

namespace Pipeline.TestSupport.Services;

/// <summary>A migrated database of its own on the shared server; a fixture, or used directly.</summary>
public sealed class PostgresDatabase : IAsyncLifetime
{
    private readonly string _name = $"test_{Guid.CreateVersion7():N}";
    private string? _server;
    private NpgsqlDataSource? _dataSource;

    public string ConnectionString { get; private set; } = "";

    public NpgsqlDataSource DataSource => _dataSource ?? throw new InvalidOperationException("InitializeAsync was not called.");

    public static async Task<PostgresDatabase> CreateAsync()
    {
        var database = new PostgresDatabase();
        await database.InitializeAsync();
        return database;
    }

    /// <summary>Another one in a locale; null where the server does not have it.</summary>
    public static async Task<PostgresDatabase?> CreateAsync(string locale)
    {
        var database = new PostgresDatabase();
        try
        {
            await database.CreateAsync(() => Task.FromResult($"template0 encoding 'UTF8' lc_collate '{locale}' lc_ctype '{locale}'"));
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.WrongObjectType)
        {
            return null;
        }

        // A copy of the template would have its locale.
        await DatabaseTemplate.MigrateAsync(database.DataSource);
        return database;
    }

    public async ValueTask InitializeAsync() => await CreateAsync(DatabaseTemplate.NameAsync);

    private async Task CreateAsync(Func<Task<string>> template)
    {
        _server = (await TestServices.GetAsync()).Postgres;
        await ExecuteOnServerAsync($"create database {_name} template {await template()}");
        ConnectionString = new NpgsqlConnectionStringBuilder(_server)
        {
            Database = _name,
            MaxPoolSize = 20,

            // Not the defaults of 15 s and 30 s, which a busy machine may need.
            Timeout = (int)Patience.Limit.TotalSeconds,
            CommandTimeout = (int)Patience.Limit.TotalSeconds,
        }.ConnectionString;
        _dataSource = NpgsqlDataSource.Create(ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        if (_dataSource is not null)
        {
            await _dataSource.DisposeAsync();
        }

        await ExecuteOnServerAsync($"drop database if exists {_name} with (force)");
    }

    private async Task ExecuteOnServerAsync(string sql)
    {
        await using var server = DatabaseTemplate.Open(_server!);
        await using var command = server.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
