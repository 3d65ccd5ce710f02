using Npgsql;
using Pipeline.Cli.Commands;
using Pipeline.Core.Clients;
using Pipeline.Core.Steering;
using Pipeline.TestSupport.Services;

namespace Pipeline.Cli.Tests.Commands;

public sealed class KeysCommandTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IAsyncLifetime
{
    private readonly string _name = $"client-{Guid.CreateVersion7():N}";

    /// <summary>The first key is an admin's, whichever test runs first.</summary>
    public async ValueTask InitializeAsync()
    {
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await new KeyStore(source, new ClientStore(source, TimeProvider.System), TimeProvider.System).AddAsync(new() { Name = "first" }, TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task An_added_key_works_until_it_is_revoked()
    {
        var added = await RunAsync(0, "add", _name);
        var key = added.Out.Trim();
        key.ShouldStartWith("pk_");
        added.Error.ShouldContain($"Authorization: Bearer {key}");
        added.Error.ShouldContain($"'{_name}' has the role client; the key does not expire.");
        (await FindAsync(key))!.Name.ShouldBe(_name);
        (await RunAsync(0, "list")).Out.ShouldMatch($@"{_name}\s+client\s+{key[..8]}…\s+active\s+–\s+–");

        (await RunAsync(0, "revoke", _name)).Out.ShouldContain($"Revoked '{_name}'");

        (await FindAsync(key)).ShouldBeNull();
        (await RunAsync(0, "list")).Out.ShouldMatch($@"{_name}\s+client\s+\S+\s+revoked\s+\d{{4}}-\d\d-\d\d\s+–");
    }

    [Fact]
    public async Task A_key_has_the_role_and_the_end_that_it_was_given()
    {
        var added = await RunAsync(0, "add", _name, "--role", "operator", "--expires", "90d");

        var client = (await FindAsync(added.Out.Trim()))!;
        client.Role.ShouldBe(Role.Operator);
        client.ExpiresAt!.Value.ShouldBe(TimeProvider.System.GetUtcNow().AddDays(90), TimeSpan.FromMinutes(5));
        added.Error.ShouldContain("has the role operator; the key ends on");
    }

    [Fact]
    public async Task A_rotated_key_works_as_long_as_was_said()
    {
        var old = (await RunAsync(0, "add", _name)).Out.Trim();

        var second = (await RunAsync(0, "rotate", _name)).Out.Trim();
        (await FindAsync(old))!.Name.ShouldBe(_name);
        var third = (await RunAsync(0, "rotate", _name, "--grace", "0s")).Out.Trim();

        (await FindAsync(old)).ShouldBeNull();
        (await FindAsync(second)).ShouldBeNull();
        (await FindAsync(third))!.Name.ShouldBe(_name);
        (await RunAsync(1, "rotate", "nobody")).Error.ShouldContain("There is no active key named 'nobody'");
    }

    [Fact]
    public async Task Limits_are_set_one_by_one_and_taken_away()
    {
        var key = (await RunAsync(0, "add", _name)).Out.Trim();
        await RunAsync(0, "limit", _name, "--requests-per-minute", "60", "--tokens-per-month", "5000000000");

        (await RunAsync(0, "limit", _name, "--requests-per-minute", "none", "--batch-jobs", "100")).Out
            .ShouldContain($"Limits of '{_name}': tokens_per_month 5000000000, batch_jobs 100.");

        (await FindAsync(key))!.Limits.ShouldBe(new() { TokensPerMonth = 5_000_000_000, BatchJobs = 100 });
        var list = (await RunAsync(0, "list")).Out;
        list.ShouldMatch($@"{_name}\s+client\s+{key[..8]}…\s+active\s+–\s+–");
        list.ShouldContain($"Limits of '{_name}': tokens_per_month 5000000000, batch_jobs 100");
        (await RunAsync(1, "limit", "nobody", "--batch-jobs", "1")).Error.ShouldContain("There is no active key named 'nobody'");
    }

    [Fact]
    public async Task A_name_that_is_added_again_is_the_same_client_only_if_asked_for()
    {
        var first = (await FindAsync((await RunAsync(0, "add", _name)).Out.Trim()))!.Id;
        await RunAsync(0, "revoke", _name);
        var same = (await FindAsync((await RunAsync(0, "add", _name, "--same-client")).Out.Trim()))!.Id;
        await RunAsync(0, "revoke", _name);
        var other = (await FindAsync((await RunAsync(0, "add", _name)).Out.Trim()))!.Id;

        same.ShouldBe(first);
        other.ShouldNotBe(first);
    }

    [Fact]
    public async Task Whatever_is_done_to_keys_is_in_the_audit_with_whoever_sat_there()
    {
        await RunAsync(0, "add", _name, "--role", "operator");
        await RunAsync(0, "limit", _name, "--batch-jobs", "100", "--waiting-jobs", "none");
        var key = (await RunAsync(0, "rotate", _name, "--grace", "1h")).Out.Trim();
        await RunAsync(1, "add", _name);
        await RunAsync(0, "list");
        await RunAsync(0, "revoke", _name);
        await RunAsync(1, "rotate", _name);
        await RunAsync(0, "erase", _name, "--yes");
        await RunAsync(1, "erase", $"no-{_name}", "--yes");

        var entries = await AuditAsync();

        entries.Select(entry => (entry.Action, entry.Target, entry.Status)).ShouldBe(
        [
            ("addKey", "/api/keys", 201),
            ("changeKey", $"/api/keys/{_name}", 200),
            ("rotateKey", $"/api/keys/{_name}/rotate", 201),
            ("addKey", "/api/keys", 409),
            ("revokeKey", $"/api/keys/{_name}", 204),
            ("rotateKey", $"/api/keys/{_name}/rotate", 404),
            ("eraseClient", $"/api/keys/{_name}/erase", 200),
            ("eraseClient", $"/api/keys/no-{_name}/erase", 404),
        ]);
        entries.ShouldAllBe(entry => entry.By == "local" && entry.Details!.Contains("\"system_user\":\"somebody\"") && !entry.Details.Contains(key));
        entries[0].Details!.ShouldStartWith($"{{\"name\":\"{_name}\",\"role\":\"operator\",\"same_client\":false,");
        entries[1].Details!.ShouldContain("\"limits\":{\"waiting_jobs\":null,\"batch_jobs\":100}");
        entries[2].Details!.ShouldContain("\"grace_seconds\":3600");
        entries[6].Affected.ShouldBe(0);
    }

    [Fact]
    public async Task The_last_admin_can_not_be_revoked() =>
        (await RunAsync(1, "revoke", "first")).Error.ShouldContain("'first' has the last key of an admin");

    [Theory]
    [InlineData("add", "--role", "root", "--role takes one of client, operator, admin")]
    [InlineData("add", "--expires", "0s", "--expires takes a whole number")]
    [InlineData("add", "--expires", "soon", "--expires takes a whole number")]
    [InlineData("rotate", "--grace", "31d", "at most 30d")]
    public async Task An_option_that_makes_no_sense_is_refused(string verb, string option, string value, string sentence) =>
        (await RunAsync(1, verb, _name, option, value)).Error.ShouldContain(sentence);

    [Fact]
    public async Task A_name_is_given_once()
    {
        await RunAsync(0, "add", _name);

        (await RunAsync(1, "add", _name)).Error.ShouldContain($"A key named '{_name}' exists.");
    }

    [Fact]
    public async Task An_unknown_name_can_not_be_revoked() =>
        (await RunAsync(1, "revoke", _name)).Error.ShouldContain($"There is no active key named '{_name}'");

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    [InlineData("'; drop table clients")]
    public async Task A_name_that_is_none_is_refused(string name) =>
        (await RunAsync(1, "add", name)).Error.ShouldContain("is no name");

    [Fact]
    public async Task Without_a_database_the_variable_is_named()
    {
        var environment = new TestEnvironment();

        (await environment.RunAsync("keys", "list")).ShouldBe(1);

        environment.Error.ShouldContain(PipelineDatabase.Variable + " is not set");
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Username=a;Database=b", "PostgreSQL does not answer")]
    [InlineData("nonsense", "is not an Npgsql connection string")]
    public async Task A_database_out_of_reach_is_one_sentence(string connectionString, string sentence)
    {
        var environment = new TestEnvironment();
        environment.Variables[PipelineDatabase.Variable] = connectionString;

        (await environment.RunAsync("keys", "list")).ShouldBe(1);

        environment.Error.ShouldContain(sentence);
        environment.Error.Trim().ShouldNotContain("\n");
    }

    [Fact]
    public async Task An_erased_client_has_no_key_and_nothing_else_and_can_be_erased_again()
    {
        var key = (await RunAsync(0, "add", _name)).Out.Trim();
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await using (var job = source.CreateCommand("insert into jobs (id, client_id, kind, queue, input) select uuid_by_time(), id, 'emotion', 'emotion', to_json(name) from clients where name = $1"))
        {
            job.Parameters.AddWithValue(_name);
            await job.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        (await RunAsync(1, "erase", _name)).Error.ShouldContain("give --yes");
        (await RunAsync(1, "erase", "nobody", "--yes")).Error.ShouldContain("There was never a client named 'nobody'");
        (await RunAsync(0, "erase", _name, "--yes")).Out.ShouldContain($"Erased '{_name}': 1 jobs");

        (await FindAsync(key)).ShouldBeNull();
        (await RunAsync(0, "list")).Out.ShouldNotContain(_name);
        (await RunAsync(0, "erase", _name, "--yes", "--revoked-only")).Out.ShouldContain($"Erased '{_name}': 0 jobs, 0 rows in all.");
    }

    /// <summary>That of this test's client, oldest first.</summary>
    private async Task<AuditEntry[]> AuditAsync()
    {
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        var entries = await new AuditStore(source, TimeProvider.System).ListAsync(action: null, before: null, limit: 1_000, TestContext.Current.CancellationToken);
        return [.. entries.Where(entry => $"{entry.Target} {entry.Details}".Contains(_name, StringComparison.Ordinal)).Reverse()];
    }

    private async Task<TestEnvironment> RunAsync(int exit, params string[] args)
    {
        var environment = new TestEnvironment();
        environment.Variables[PipelineDatabase.Variable] = database.ConnectionString;
        (await environment.RunAsync(["keys", .. args])).ShouldBe(exit, environment.Error);
        return environment;
    }

    private async Task<Core.Clients.Client?> FindAsync(string key)
    {
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        var clients = new ClientStore(source, TimeProvider.System);
        return await clients.FindByKeyAsync(key, TestContext.Current.CancellationToken);
    }
}
