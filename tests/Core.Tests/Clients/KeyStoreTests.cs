using Dapper;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Core.Clients;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Clients;

public sealed class KeyStoreTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IAsyncLifetime
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Every test begins without a key.
    public async ValueTask InitializeAsync() => await ExecuteAsync("delete from api_keys; delete from clients where name <> 'local'");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task The_first_key_is_an_admins_and_the_next_a_clients()
    {
        (await AddAsync("one")).Key.Role.ShouldBe(Role.Admin);
        (await AddAsync("two")).Key.Role.ShouldBe(Role.Client);
        (await AddAsync("three", Role.Operator)).Key.Role.ShouldBe(Role.Operator);
    }

    [Fact]
    public async Task Of_keys_that_are_made_together_only_one_is_the_first()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => AddAsync($"client-{i}")));

        made.Count(one => one.Key.Role is Role.Admin).ShouldBe(1);
    }

    [Fact]
    public async Task The_first_key_can_not_have_another_role() =>
        Refused(await Store().AddAsync(new() { Name = "web", Role = Role.Client }, Token)).Reason.ShouldBe(KeyRefusal.FirstIsAdmin);

    [Fact]
    public async Task A_key_works_until_it_is_revoked()
    {
        await AddAsync("admin");
        var key = (await AddAsync("web")).Secret;
        (await FindAsync(key)).ShouldBe("web");

        (await Store().RevokeAsync("web", keyId: null, Token)).ShouldBe(new KeyReply.Revoked(1));

        (await FindAsync(key)).ShouldBeNull();
        Refused(await Store().RevokeAsync("web", keyId: null, Token)).Reason.ShouldBe(KeyRefusal.NotFound);
    }

    [Fact]
    public async Task A_name_is_taken_until_its_client_is_revoked()
    {
        await AddAsync("admin");
        await AddAsync("web");

        var refused = Refused(await Store().AddAsync(new() { Name = "web" }, Token));
        (refused.Reason, refused.Message.Contains("'web'", StringComparison.Ordinal)).ShouldBe((KeyRefusal.NameTaken, true));
        await Store().RevokeAsync("web", keyId: null, Token);
        await AddAsync("web");

        (await Store().ListAsync(null, null, Token)).Select(key => (key.Name, key.State)).ShouldBe([("web", "active"), ("web", "revoked"), ("admin", "active")]);
    }

    [Fact]
    public async Task The_name_of_the_local_client_is_nobodys()
    {
        await AddAsync("admin");

        Refused(await Store().AddAsync(new() { Name = "local" }, Token)).Reason.ShouldBe(KeyRefusal.NameTaken);
        Refused(await Store().RevokeAsync("local", keyId: null, Token)).Reason.ShouldBe(KeyRefusal.NotFound);
    }

    [Fact]
    public async Task A_revoked_client_comes_back_only_if_asked_for()
    {
        await AddAsync("admin");
        var first = await ClientIdAsync((await AddAsync("web")).Secret);
        await Store().RevokeAsync("web", keyId: null, Token);
        var other = await ClientIdAsync((await AddAsync("web")).Secret);
        await Store().RevokeAsync("web", keyId: null, Token);

        var back = (await Store().AddAsync(new() { Name = "web", SameClient = true, Role = Role.Operator }, Token)).ShouldBeOfType<KeyReply.Made>();

        other.ShouldNotBe(first);
        (await ClientIdAsync(back.Secret)).ShouldBe(other);
        back.Key.Role.ShouldBe(Role.Operator);
        Refused(await Store().AddAsync(new() { Name = "new", SameClient = true }, Token)).Reason.ShouldBe(KeyRefusal.NoSuchClient);
    }

    [Fact]
    public async Task Both_keys_work_for_the_grace_time()
    {
        var old = await AddAsync("web");

        var made = await RotateAsync("web", TimeSpan.FromHours(2));

        (await FindAsync(old.Secret), await FindAsync(made.Secret)).ShouldBe(("web", "web"));
        (await ClientIdAsync(made.Secret)).ShouldBe(await ClientIdAsync(old.Secret));
        var keys = await Store().ListAsync(null, null, Token);
        keys[0].ExpiresAt.ShouldBeNull();
        (keys[1].ExpiresAt - TimeProvider.System.GetUtcNow()).ShouldNotBeNull().ShouldBeInRange(TimeSpan.FromMinutes(115), TimeSpan.FromMinutes(121));
    }

    [Fact]
    public async Task Without_grace_only_the_new_key_works_and_none_of_before()
    {
        var (first, second) = (await AddAsync("web"), await RotateAsync("web", TimeSpan.FromDays(1)));

        var third = await RotateAsync("web", TimeSpan.Zero);

        (await FindAsync(first.Secret), await FindAsync(second.Secret), await FindAsync(third.Secret)).ShouldBe((null, null, "web"));
    }

    [Fact]
    public async Task A_grace_does_not_lengthen_a_life()
    {
        var end = TimeProvider.System.GetUtcNow().AddMinutes(5);
        await Store().AddAsync(new() { Name = "web", ExpiresAt = end }, Token);

        await RotateAsync("web", TimeSpan.FromDays(1));

        (await Store().ListAsync(null, null, Token))[1].ExpiresAt!.Value.ShouldBe(end, TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public async Task The_new_key_lives_as_long_as_the_one_before_was_to()
    {
        await Store().AddAsync(new() { Name = "web", ExpiresAt = TimeProvider.System.GetUtcNow().AddDays(90) }, Token);
        await ExecuteAsync("update api_keys set created_at = created_at - interval '80 days', expires_at = expires_at - interval '80 days'");

        var made = await RotateAsync("web", TimeSpan.FromDays(1));

        made.Key.ExpiresAt!.Value.ShouldBe(TimeProvider.System.GetUtcNow().AddDays(90), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task An_expired_client_is_rotated_and_its_name_stays_taken()
    {
        await AddAsync("admin");
        await AddAsync("web");
        await ExecuteAsync("update api_keys set created_at = now() - interval '1 day', expires_at = now() where id = (select max(id::text)::uuid from api_keys)");

        Refused(await Store().AddAsync(new() { Name = "web" }, Token)).Reason.ShouldBe(KeyRefusal.NameTaken);
        (await FindAsync((await RotateAsync("web", TimeSpan.FromDays(1))).Secret)).ShouldBe("web");
    }

    [Fact]
    public async Task A_new_end_holds_for_the_keys_before_as_well()
    {
        await AddAsync("web");
        await RotateAsync("web", TimeSpan.FromDays(1));
        var end = TimeProvider.System.GetUtcNow().AddHours(1);

        (await Store().ChangeAsync("web", new() { SetsExpiry = true, ExpiresAt = end }, Token)).ShouldBeOfType<KeyReply.Changed>();

        (await Store().ListAsync(null, null, Token)).ShouldAllBe(key => (key.ExpiresAt - end)!.Value.Duration() < TimeSpan.FromSeconds(1));
        await Store().ChangeAsync("web", new() { SetsExpiry = true, ExpiresAt = null }, Token);
        (await Store().ListAsync(null, null, Token)).Select(key => key.ExpiresAt is null).ShouldBe([true, false]);
    }

    [Fact]
    public async Task One_key_of_two_is_revoked_and_then_the_client_with_the_other()
    {
        await AddAsync("admin");
        var old = await AddAsync("web");
        var made = await RotateAsync("web", TimeSpan.FromDays(1));

        (await Store().RevokeAsync("web", old.Key.Id, Token)).ShouldBe(new KeyReply.Revoked(1));
        (await FindAsync(old.Secret), await FindAsync(made.Secret)).ShouldBe((null, "web"));
        await Store().RevokeAsync("web", made.Key.Id, Token);

        Refused(await Store().RotateAsync("web", TimeSpan.Zero, Token)).Reason.ShouldBe(KeyRefusal.NotFound);
        await AddAsync("web");
    }

    [Fact]
    public async Task The_last_admin_can_not_be_revoked_nor_lose_its_role()
    {
        var first = await AddAsync("one");
        Refused(await Store().RevokeAsync("one", keyId: null, Token)).Message.ShouldContain("--role admin");
        Refused(await Store().RevokeAsync("one", first.Key.Id, Token)).Reason.ShouldBe(KeyRefusal.LastAdmin);
        Refused(await Store().ChangeAsync("one", new() { Role = Role.Operator }, Token)).Reason.ShouldBe(KeyRefusal.LastAdmin);
        (await FindAsync(first.Secret)).ShouldBe("one");

        await AddAsync("two", Role.Admin);

        (await Store().RevokeAsync("one", keyId: null, Token)).ShouldBeOfType<KeyReply.Revoked>();
    }

    [Fact]
    public async Task An_admin_whose_key_has_expired_does_not_count()
    {
        await AddAsync("one");
        await AddAsync("two", Role.Admin);
        await ExecuteAsync("update api_keys set expires_at = now() where client_id = (select id from clients where name = 'two')");

        Refused(await Store().RevokeAsync("one", keyId: null, Token)).Reason.ShouldBe(KeyRefusal.LastAdmin);
        (await Store().RotateAsync("two", TimeSpan.Zero, Token)).ShouldBeOfType<KeyReply.Made>();
    }

    [Fact]
    public async Task Of_two_admins_that_revoke_each_other_one_stays()
    {
        await AddAsync("one");
        await AddAsync("two", Role.Admin);

        var replies = await Task.WhenAll(Store().RevokeAsync("one", null, Token), Store().RevokeAsync("two", null, Token));

        replies.OfType<KeyReply.Revoked>().ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData("90d", 90 * 24)]
    [InlineData("24h", 24)]
    [InlineData("120m", 2)]
    [InlineData("7200s", 2)]
    [InlineData("0s", 0)]
    public void A_time_is_a_number_with_a_unit(string text, int hours) => KeyTimes.Parse(text).ShouldBe(TimeSpan.FromHours(hours));

    [Theory]
    [InlineData("")]
    [InlineData("d")]
    [InlineData("24")]
    [InlineData("24 h")]
    [InlineData("-1h")]
    [InlineData("1.5h")]
    [InlineData("1w")]
    [InlineData("99999999999d")]
    [InlineData("2147483647d")]
    public void Anything_else_is_no_time(string text) => KeyTimes.Parse(text).ShouldBeNull();

    [Fact]
    public async Task Engines_are_told_the_weights_that_are_not_one()
    {
        await AddAsync("admin");
        var id = await ClientIdAsync((await AddAsync("web")).Secret);
        await Store().ChangeAsync("web", new() { Weight = 3 }, Token);
        var told = new TaskCompletionSource<IReadOnlyDictionary<string, double>>();
        using var weights = new ClientWeights(Clients(), new(weights => told.TrySetResult(weights)), TimeProvider.System, NullLogger<ClientWeights>.Instance);

        await weights.StartAsync(Token);

        (await told.Task).ShouldBe(new Dictionary<string, double> { [id.ToString()] = 3 });
        await weights.StopAsync(Token);
    }

    private static KeyReply.Refused Refused(KeyReply reply) => reply.ShouldBeOfType<KeyReply.Refused>();

    private async Task<KeyReply.Made> AddAsync(string name, Role? role = null) =>
        (await Store().AddAsync(new() { Name = name, Role = role }, Token)).ShouldBeOfType<KeyReply.Made>();

    private async Task<KeyReply.Made> RotateAsync(string name, TimeSpan grace) => (await Store().RotateAsync(name, grace, Token)).ShouldBeOfType<KeyReply.Made>();

    private async Task<string?> FindAsync(string key) => (await Clients().FindByKeyAsync(key, Token))?.Name;

    private async Task<Guid> ClientIdAsync(string key) => (await Clients().FindByKeyAsync(key, Token))!.Id;

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(Token);
        await connection.ExecuteAsync(sql);
    }

    private KeyStore Store() => new(database.DataSource, Clients(), TimeProvider.System);

    // A store of its own each time, because a store remembers for seconds.
    private ClientStore Clients() => new(database.DataSource, TimeProvider.System);
}
