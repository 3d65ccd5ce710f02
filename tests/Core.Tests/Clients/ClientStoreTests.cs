using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Core.Clients;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Clients;

public sealed class ClientStoreTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IAsyncLifetime
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Every test begins without a key.
    public async ValueTask InitializeAsync() => await ExecuteAsync("delete from api_keys; delete from clients where name <> 'local'");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_key_finds_its_client_with_its_role()
    {
        var key = await AddAsync("web");

        var client = (await Store().FindByKeyAsync(key, Token)).ShouldNotBeNull();

        (client.Name, client.Role, client.ExpiresAt).ShouldBe(("web", Role.Admin, null));
    }

    [Fact]
    public async Task Without_keys_none_is_asked_for()
    {
        (await Store().AnyKeysAsync(Token)).ShouldBeFalse();
        await AddAsync("web");
        (await Store().AnyKeysAsync(Token)).ShouldBeTrue();
    }

    [Fact]
    public async Task An_expired_key_finds_nobody_and_is_asked_for_all_the_same()
    {
        var key = await AddAsync("web");
        await ExecuteAsync("update api_keys set expires_at = now()");

        (await Store().FindByKeyAsync(key, Token)).ShouldBeNull();
        (await Store().AnyKeysAsync(Token)).ShouldBeTrue();
    }

    [Fact]
    public async Task The_database_holds_no_key()
    {
        var key = await AddAsync("web");

        await using var connection = await database.DataSource.OpenConnectionAsync(Token);
        var rows = await connection.QueryAsync<string>("select clients::text from clients union all select api_keys::text from api_keys");
        string.Concat(rows).ShouldNotContain(key[ApiKey.Prefix(key).Length..]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("pk_")]
    [InlineData("pk_guess")]
    public async Task An_unknown_key_finds_nobody(string key) =>
        (await Store().FindByKeyAsync(key, Token)).ShouldBeNull();

    [Fact]
    public async Task A_use_is_stored_once_it_is_written_and_never_taken_back()
    {
        var (key, time) = (await AddAsync("web"), new ManualTime());
        time.Advance(TimeSpan.FromDays(20_000));
        var store = Store(time);
        await store.FindByKeyAsync(key, Token);
        (await LastUsedAsync()).ShouldBeNull();

        await store.WriteUsesAsync(Token);
        (await LastUsedAsync()).ShouldBe(time.GetUtcNow().UtcDateTime);

        var earlier = Store(new ManualTime());
        await earlier.FindByKeyAsync(key, Token);
        await earlier.WriteUsesAsync(Token);
        (await LastUsedAsync()).ShouldBe(time.GetUtcNow().UtcDateTime);
    }

    [Fact]
    public async Task Uses_are_written_once_a_minute()
    {
        var (key, time) = (await AddAsync("web"), new OneTimer());
        var store = Store();
        using var writer = new KeyUseWriter(store, time, NullLogger<KeyUseWriter>.Instance);
        await writer.StartAsync(Token);
        var (period, fire) = await time.Created.Task.WaitAsync(Patience.Limit, TimeProvider.System, Token);
        await store.FindByKeyAsync(key, Token);
        (await LastUsedAsync()).ShouldBeNull();

        fire();
        await Eventually.TrueAsync(async () => await LastUsedAsync() is not null);

        period.ShouldBe(TimeSpan.FromMinutes(1));
        await writer.StopAsync(Token);
    }

    [Fact]
    public async Task A_stop_keeps_the_last_uses()
    {
        var store = Store();
        using var writer = new KeyUseWriter(store, TimeProvider.System, NullLogger<KeyUseWriter>.Instance);
        await writer.StartAsync(Token);
        await store.FindByKeyAsync(await AddAsync("web"), Token);

        await writer.StopAsync(Token);

        (await LastUsedAsync()).ShouldNotBeNull();
    }

    private async Task<string> AddAsync(string name) =>
        (await new KeyStore(database.DataSource, Store(), TimeProvider.System).AddAsync(new() { Name = name }, Token)).ShouldBeOfType<KeyReply.Made>().Secret;

    private async Task<DateTime?> LastUsedAsync()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Token);
        return await connection.QuerySingleAsync<DateTime?>("select last_used_at from api_keys");
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Token);
        await connection.ExecuteAsync(sql);
    }

    // A store of its own each time, because a store remembers for seconds.
    private ClientStore Store(TimeProvider? time = null) => new(database.DataSource, time ?? TimeProvider.System);

    /// <summary>Hands out the timer that it was asked for, to be fired by hand.</summary>
    private sealed class OneTimer : TimeProvider
    {
        public TaskCompletionSource<(TimeSpan Period, Action Fire)> Created { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Created.TrySetResult((period, () => callback(state)));
            return base.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
