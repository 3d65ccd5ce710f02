using System.Text.RegularExpressions;
using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Core.Clients;
using Pipeline.Core.Hosting;
using Pipeline.Core.Postgres;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Postgres;

public sealed partial class MigratorTests : IAsyncLifetime
{
    private static readonly Migration First = Migration.Parse("0001_first.sql", "create table one (id int);");
    private static readonly Migration Second = Migration.Parse("0002_second.sql", "create table two (id int);");

    private PostgresDatabase? _database;
    private NpgsqlDataSource? _empty;

    public async ValueTask InitializeAsync()
    {
        _database = await PostgresDatabase.CreateAsync();
        await using var connection = await _database.DataSource.OpenConnectionAsync();

        // A schema of its own, because the database has been migrated already.
        await connection.ExecuteAsync("create schema empty");
        _empty = NpgsqlDataSource.Create(_database.ConnectionString + ";Search Path=empty");
    }

    public async ValueTask DisposeAsync()
    {
        await _empty!.DisposeAsync();
        await _database!.DisposeAsync();
    }

    [Fact]
    public async Task Processes_that_start_together_migrate_once()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => MigrateAsync(First, Second)));

        (await VersionsAsync()).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task Only_what_is_new_is_applied()
    {
        await MigrateAsync(First);
        await MigrateAsync(First, Second);

        (await VersionsAsync()).ShouldBe([1, 2]);
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_nothing_behind()
    {
        var broken = Migration.Parse("0002_broken.sql", "create table half (id int); select no_such_function();");

        await Should.ThrowAsync<PostgresException>(() => MigrateAsync(First, broken));

        (await VersionsAsync()).ShouldBe([1]);
        await using var connection = await _empty!.OpenConnectionAsync();
        (await connection.ExecuteScalarAsync<bool>("select to_regclass('half') is null")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_user_that_owns_nothing_starts_on_what_it_needs_and_is_told_who_has_to_migrate()
    {
        await MigrateAsync(First);
        var user = $"test_stranger_{Guid.CreateVersion7():N}";
        await using var connection = await _empty!.OpenConnectionAsync();
        await connection.ExecuteAsync($"create role {user} login password 'x'; grant usage on schema empty to {user}; grant select on schema_migrations to {user}");
        try
        {
            await using var stranger = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_empty.ConnectionString) { Username = user, Password = "x", Pooling = false }.ConnectionString);

            await new Migrator(stranger, [First], NullLogger<Migrator>.Instance).MigrateAsync(CancellationToken.None);
            var refused = await Should.ThrowAsync<StartupException>(() => new Migrator(stranger, [First, Second], NullLogger<Migrator>.Instance).MigrateAsync(CancellationToken.None));

            refused.Message.ShouldContain("at schema version 1, this build needs 2");
            refused.Message.ShouldContain("./run database grant");
            (await VersionsAsync()).ShouldBe([1]);
        }
        finally
        {
            await connection.ExecuteAsync($"drop owned by {user}; drop role {user}");
        }
    }

    [Fact]
    public async Task A_gap_in_the_numbers_is_refused()
    {
        var third = Migration.Parse("0003_third.sql", "select 1;");

        (await Should.ThrowAsync<StartupException>(() => MigrateAsync(First, third))).Message.ShouldContain("expected 0002, found 0003_third");
    }

    [Fact]
    public async Task An_applied_migration_that_was_edited_is_refused()
    {
        await MigrateAsync(First);
        var edited = Migration.Parse("0001_first.sql", "create table one (id bigint);");

        (await Should.ThrowAsync<StartupException>(() => MigrateAsync(edited))).Message.ShouldContain("0001_first was applied with contents that differ");
    }

    [Fact]
    public async Task A_database_that_is_ahead_of_the_build_is_refused()
    {
        await MigrateAsync(First, Second);

        (await Should.ThrowAsync<StartupException>(() => MigrateAsync(First))).Message.ShouldContain("schema version 2, this build knows 1");
    }

    [Fact]
    public async Task A_database_that_is_ahead_by_what_is_safe_is_accepted_and_left_as_it_is()
    {
        var safe = Migration.Parse("0002_safe.sql", "-- Safe for older versions.\nalter table one add column more int;");
        await MigrateAsync(First, safe);

        await MigrateAsync(First);
        await MigrateAsync(First, safe, Migration.Parse("0003_third.sql", "create table three (id int);"));

        (await VersionsAsync()).ShouldBe([1, 2, 3]);
        (await Should.ThrowAsync<StartupException>(() => MigrateAsync(First))).Message.ShouldContain("0003_third is not safe for it");
    }

    [Fact]
    public void What_is_called_safe_only_adds()
    {
        string[] others = ["drop ", "rename ", "alter column", "create trigger", "create unique", "not null,", "delete ", "update ", "truncate "];

        // A column in another order holds the same values, and so does one that is packed in another way.
        string[] same = ["alter column key type text collate", "alter column result set compression lz4"];

        Migration.EmbeddedIn(typeof(Migrator).Assembly).Where(migration => migration.IsSafe)
            .SelectMany(migration => others.Where(word => same.Aggregate(Function().Replace(migration.Sql, ""), (sql, part) => sql.Replace(part, "", StringComparison.Ordinal)).Contains(word, StringComparison.OrdinalIgnoreCase)).Select(word => $"{migration.Name}: {word}"))
            .ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_stored_under_older_names_is_found_under_the_new_ones()
    {
        var all = Migration.EmbeddedIn(typeof(Migrator).Assembly);
        await MigrateAsync([.. all.Take(11)]);
        await using var connection = await _empty!.OpenConnectionAsync();
        await connection.ExecuteAsync("""
            insert into dialogues (id, client_id, kind, settings) select gen_random_uuid(), gen_random_uuid(), unnest(array['conversation', 'interview']), '{}';
            insert into dialogue_turns (dialogue_id, position, said, job_id) select id, 0, 'hi', gen_random_uuid() from dialogues;
            insert into reports (scope, sessions, time_zone, language) select 'sessions', array_agg(id), 'Etc/UTC', 'en' from dialogues;
            insert into jobs (id, client_id, kind, lane, input, callback_url) values (gen_random_uuid(), gen_random_uuid(), 'emotion', 'emotion', '{}', 'https://example.com');
            insert into outbox (job_id, lane) select id, lane from jobs
            """);

        await MigrateAsync([.. all]);

        await connection.ExecuteAsync("update jobs set state = 'succeeded', result = '1', finished_at = now(), finished_xid = pg_current_xact_id() where queue = 'emotion'");
        (await TextAsync("select string_agg(kind || content, ',' order by kind) from conversations c join conversation_messages m on m.conversation_id = c.id"))
            .ShouldBe("chathi,interviewhi");
        (await TextAsync("select scope || cardinality(conversations) from activity_reports")).ShouldBe("conversations2");
        (await TextAsync("select queue from dispatches d join jobs j using (client_id, queue) where d.dispatched_at is null and d.due_at is null")).ShouldBe("emotion");
        (await TextAsync("select payload::json #>> '{data,queue}' from webhook_deliveries")).ShouldBe("emotion");

        Task<string?> TextAsync(string sql) => connection.ExecuteScalarAsync<string>(sql);
    }

    [Fact]
    public async Task Keys_from_before_roles_keep_working_and_the_oldest_in_force_is_an_admins()
    {
        var all = Migration.EmbeddedIn(typeof(Migrator).Assembly);
        await MigrateAsync([.. all.Take(13)]);
        await using var connection = await _empty!.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            insert into clients (id, name, key_hash, created_at, revoked_at) values
              (gen_random_uuid(), 'gone', @Gone, now() - interval '3 days', now()),
              (gen_random_uuid(), 'old', @Old, now() - interval '2 days', null),
              (gen_random_uuid(), 'new', @New, now() - interval '1 day', null)
            """,
            new { Gone = ApiKey.Hash("gone"), Old = ApiKey.Hash("old"), New = ApiKey.Hash("new") });

        await MigrateAsync([.. all]);

        ClientStore clients = new(_empty!, TimeProvider.System);
        (await clients.FindByKeyAsync("gone", CancellationToken.None)).ShouldBeNull();
        (await clients.FindByKeyAsync("old", CancellationToken.None))!.Role.ShouldBe(Role.Admin);
        (await clients.FindByKeyAsync("new", CancellationToken.None))!.Role.ShouldBe(Role.Client);
        (await new KeyStore(_empty!, clients, TimeProvider.System).ListAsync(null, null, CancellationToken.None)).Select(key => (key.Name, key.State)).ShouldBe(
            [("gone", KeyState.Revoked), ("old", KeyState.Active), ("new", KeyState.Active)], ignoreOrder: true);
    }

    [Fact]
    public void Line_ends_do_not_change_the_checksum() =>
        Migration.Parse("0001_a.sql", "select 1;\r\n").Checksum.ShouldBe(Migration.Parse("0001_a.sql", "select 1;\n").Checksum);

    private Task MigrateAsync(params Migration[] migrations) =>
        new Migrator(_empty!, migrations, NullLogger<Migrator>.Instance).MigrateAsync(CancellationToken.None);

    private async Task<IReadOnlyList<int>> VersionsAsync()
    {
        await using var connection = await _empty!.OpenConnectionAsync();
        return (await connection.QueryAsync<int>("select version from schema_migrations order by version")).AsList();
    }

    // What a function does happens when somebody calls it: of a new one no older version does, and one that is replaced keeps its promise.
    [GeneratedRegex(@"create (or replace )?function .+?\n\$\$;", RegexOptions.Singleline)]
    private static partial Regex Function();
}
