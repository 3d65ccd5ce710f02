using Dapper;
using Pipeline.Core.Clients;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Clients;

public sealed class ClientStoreTests : IAsyncLifetime
{
    private PostgresDatabase? _database;

    public async ValueTask InitializeAsync() => _database = await PostgresDatabase.CreateAsync();

    public async ValueTask DisposeAsync() => await _database!.DisposeAsync();

    [Fact]
    public async Task A_key_finds_its_client_until_it_is_revoked()
    {
        var key = await Store().AddAsync("web", CancellationToken.None);

        (await Store().FindByKeyAsync(key, CancellationToken.None)).ShouldNotBeNull().Name.ShouldBe("web");
        (await Store().RevokeAsync("web", CancellationToken.None)).ShouldBeTrue();
        (await Store().FindByKeyAsync(key, CancellationToken.None)).ShouldBeNull();
        (await Store().RevokeAsync("web", CancellationToken.None)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_name_is_taken_until_its_key_is_revoked()
    {
        await Store().AddAsync("web", CancellationToken.None);

        (await Should.ThrowAsync<ClientExistsException>(() => Store().AddAsync("web", CancellationToken.None))).Message.ShouldContain("'web'");
        await Store().RevokeAsync("web", CancellationToken.None);
        await Store().AddAsync("web", CancellationToken.None);

        (await Store().ListAsync(CancellationToken.None)).Count.ShouldBe(2);
    }

    [Fact]
    public async Task Without_keys_none_is_asked_for()
    {
        (await Store().AnyKeysAsync(CancellationToken.None)).ShouldBeFalse();
        await Store().AddAsync("web", CancellationToken.None);
        (await Store().AnyKeysAsync(CancellationToken.None)).ShouldBeTrue();
    }

    [Fact]
    public async Task The_database_holds_no_key()
    {
        var key = await Store().AddAsync("web", CancellationToken.None);

        await using var connection = await _database!.DataSource.OpenConnectionAsync();
        var rows = await connection.QueryAsync<string>("select clients::text from clients");
        string.Concat(rows).ShouldNotContain(key["pk_".Length..]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("pk_")]
    [InlineData("pk_guess")]
    public async Task An_unknown_key_finds_nobody(string key) =>
        (await Store().FindByKeyAsync(key, CancellationToken.None)).ShouldBeNull();

    // A store of its own each time, because a store remembers for seconds.
    private ClientStore Store() => new(_database!.DataSource, TimeProvider.System);
}
