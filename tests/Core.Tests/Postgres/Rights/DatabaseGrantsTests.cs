using Dapper;
using Npgsql;
using Pipeline.Core.Erasure;
using Pipeline.Core.Postgres.Rights;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Postgres.Rights;

public sealed class DatabaseGrantsTests : IAsyncLifetime
{
    private readonly PostgresDatabase _database = new();
    private DatabaseUsers? _users;

    private DatabaseUsers Users => _users ?? throw new InvalidOperationException("InitializeAsync was not called.");

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _users = await DatabaseUsers.CreateAsync(_database);
    }

    public async ValueTask DisposeAsync()
    {
        await Users.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Theory]
    [InlineData(DatabaseRole.Api)]
    [InlineData(DatabaseRole.Scheduler)]
    [InlineData(DatabaseRole.Inference)]
    [InlineData(DatabaseRole.Embedding)]
    public async Task A_role_may_run_every_statement_of_its_own(DatabaseRole role)
    {
        await using var connection = await OpenAsync(role);
        List<string> refused = [];
        foreach (var (name, sql) in SqlTests.Statements().Select(row => row.Data).Where(statement => RoleStatements.Runs(role, statement.Item1)))
        {
            if (await RefusalAsync(connection, sql) is { } refusal)
            {
                refused.Add($"{name}: {refusal}");
            }
        }

        if (role is DatabaseRole.Api or DatabaseRole.Scheduler)
        {
            foreach (var table in ClientErasure.Tables)
            {
                if (await RefusalAsync(connection, $"delete from {table} where ctid = any(array(select ctid from {table} where client_id = @ClientId limit @Limit))") is { } refusal)
                {
                    refused.Add($"erasing a client: {refusal}");
                }
            }
        }

        refused.ShouldBeEmpty(string.Join('\n', refused));
    }

    [Fact]
    public void What_the_list_of_statements_names_exists() =>
        RoleStatements.Unknown([.. SqlTests.Statements().Select(row => row.Data.Item1)]).ShouldBeEmpty();

    [Theory]
    [InlineData(DatabaseRole.Inference, "select key_hash from api_keys")]
    [InlineData(DatabaseRole.Embedding, "select key_hash from api_keys")]
    [InlineData(DatabaseRole.Inference, "select result from jobs")]
    [InlineData(DatabaseRole.Embedding, "select callback_url from jobs")]
    [InlineData(DatabaseRole.Inference, "delete from jobs")]
    [InlineData(DatabaseRole.Inference, "select text from documents")]
    [InlineData(DatabaseRole.Embedding, "select content from conversation_messages")]
    [InlineData(DatabaseRole.Embedding, "select input from responses")]
    [InlineData(DatabaseRole.Embedding, "select data from file_chunks")]
    [InlineData(DatabaseRole.Embedding, "update clients set role = 'admin'")]
    [InlineData(DatabaseRole.Inference, "insert into webhook_deliveries (client_id, url, type, payload) values (gen_random_uuid(), '', '', '')")]
    [InlineData(DatabaseRole.Embedding, "update encryption_keys set master = ''")]
    [InlineData(DatabaseRole.Scheduler, "select secret from webhook_secrets")]
    [InlineData(DatabaseRole.Scheduler, "select text from documents")]
    [InlineData(DatabaseRole.Scheduler, "insert into api_keys (id, client_id, key_hash) values (gen_random_uuid(), gen_random_uuid(), '')")]
    [InlineData(DatabaseRole.Scheduler, "update api_keys set expires_at = null")]
    [InlineData(DatabaseRole.Api, "select xml from data_protection_keys")]
    [InlineData(DatabaseRole.Api, "delete from audit")]
    [InlineData(DatabaseRole.Api, "select drop_job_day('2026-01-01', now())")]
    [InlineData(DatabaseRole.Inference, "select make_job_day('2026-01-01')")]
    [InlineData(DatabaseRole.Api, "drop table jobs_default")]
    [InlineData(DatabaseRole.Api, "select input from jobs_default")]
    [InlineData(DatabaseRole.Api, "create table mine (id int)")]
    [InlineData(DatabaseRole.Scheduler, "create table mine (id int)")]
    [InlineData(DatabaseRole.Inference, "create table mine (id int)")]
    [InlineData(DatabaseRole.Embedding, "create schema mine")]
    [InlineData(DatabaseRole.Api, "update schema_migrations set checksum = ''")]
    public async Task A_role_may_not_do_what_it_does_not_need(DatabaseRole role, string sql)
    {
        await using var connection = await OpenAsync(role);

        (await Should.ThrowAsync<PostgresException>(() => connection.ExecuteAsync(sql))).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
    }

    [Fact]
    public async Task Granting_again_changes_nothing_and_a_user_of_another_role_loses_what_that_one_does_not_need()
    {
        var inference = Users.Name(DatabaseRole.Inference);
        var grants = new DatabaseGrants(_database.DataSource);
        (await grants.GrantAsync(new Dictionary<DatabaseRole, string> { [DatabaseRole.Inference] = inference }, CancellationToken.None)).ShouldBeNull();
        (await HasAsync(inference, "job_steps")).ShouldBeTrue();

        (await grants.GrantAsync(new Dictionary<DatabaseRole, string> { [DatabaseRole.Embedding] = inference }, CancellationToken.None)).ShouldBeNull();

        (await HasAsync(inference, "model_files")).ShouldBeFalse();
        (await HasAsync(inference, "documents")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_user_can_have_several_roles()
    {
        var user = Users.Name(DatabaseRole.Inference);

        await new DatabaseGrants(_database.DataSource).GrantAsync(
            new Dictionary<DatabaseRole, string> { [DatabaseRole.Inference] = user, [DatabaseRole.Embedding] = user }, CancellationToken.None);

        (await HasAsync(user, "model_files")).ShouldBeTrue();
        (await HasAsync(user, "documents")).ShouldBeTrue();
    }

    [Fact]
    public async Task Who_cannot_be_restricted_is_refused_and_told_why()
    {
        var owner = new NpgsqlConnectionStringBuilder(_database.ConnectionString).Username!;
        (await GrantAsync("nobody-of-that-name")).ShouldContain("create role \"nobody-of-that-name\" login");
        (await GrantAsync(owner)).ShouldMatch("superuser|owns the tables");

        await using var connection = await _database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync($"grant create on schema public to public");
        (await GrantAsync(Users.Name(DatabaseRole.Api))).ShouldContain("revoke create on schema public from public");
        await using var stranger = NpgsqlDataSource.Create(Users.ConnectionString(DatabaseRole.Api));
        (await new DatabaseGrants(stranger).GrantAsync(new Dictionary<DatabaseRole, string> { [DatabaseRole.Api] = owner }, CancellationToken.None))!.ShouldContain("Use their owner");
    }

    private async Task<string> GrantAsync(string user) =>
        await new DatabaseGrants(_database.DataSource).GrantAsync(new Dictionary<DatabaseRole, string> { [DatabaseRole.Api] = user }, CancellationToken.None) ?? "";

    private async Task<bool> HasAsync(string user, string table)
    {
        await using var connection = await _database.DataSource.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<bool>($"select has_table_privilege('{user}', '{table}', 'select')");
    }

    /// <summary>Where a statement is explained, the server looks whether its tables may be used, and does nothing else.</summary>
    private static async Task<string?> RefusalAsync(NpgsqlConnection connection, string sql)
    {
        var (positional, parameters) = SqlTests.Positional(sql);
        await connection.ExecuteAsync($"prepare checked as {positional}");
        try
        {
            await connection.ExecuteAsync($"explain execute checked{(parameters is 0 ? "" : $"({string.Join(", ", Enumerable.Repeat("null", parameters))})")}");
            return null;
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.InsufficientPrivilege)
        {
            return e.MessageText;
        }
        finally
        {
            await connection.ExecuteAsync("deallocate checked");
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(DatabaseRole role)
    {
        var connection = new NpgsqlConnection(Users.ConnectionString(role) + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }
}
