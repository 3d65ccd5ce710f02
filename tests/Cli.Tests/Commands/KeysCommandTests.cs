using Npgsql;
using Pipeline.Cli.Commands;
using Pipeline.Core.Clients;
using Pipeline.TestSupport.Services;

namespace Pipeline.Cli.Tests.Commands;

public sealed class KeysCommandTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private readonly string _name = $"client-{Guid.CreateVersion7():N}";

    [Fact]
    public async Task An_added_key_works_until_it_is_revoked()
    {
        var added = await RunAsync(0, "add", _name);
        var key = added.Out.Trim();
        key.ShouldStartWith("pk_");
        added.Error.ShouldContain($"Authorization: Bearer {key}");
        (await FindAsync(key)).ShouldBe(_name);
        (await RunAsync(0, "list")).Out.ShouldMatch($@"{_name}\s+\d{{4}}-\d\d-\d\d \d\d:\d\d UTC\s+–");

        (await RunAsync(0, "revoke", _name)).Out.ShouldContain($"Revoked '{_name}'");

        (await FindAsync(key)).ShouldBeNull();
        (await RunAsync(0, "list")).Out.ShouldMatch($@"{_name}\s+\S+ \S+ UTC\s+\S+ \S+ UTC");
    }

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

    private async Task<TestEnvironment> RunAsync(int exit, params string[] args)
    {
        var environment = new TestEnvironment();
        environment.Variables[PipelineDatabase.Variable] = database.ConnectionString;
        (await environment.RunAsync(["keys", .. args])).ShouldBe(exit, environment.Error);
        return environment;
    }

    private async Task<string?> FindAsync(string key)
    {
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        var clients = new ClientStore(source, TimeProvider.System);
        return (await clients.FindByKeyAsync(key, TestContext.Current.CancellationToken))?.Name;
    }
}
