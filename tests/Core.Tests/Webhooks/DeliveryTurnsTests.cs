using Dapper;
using Pipeline.Core.Encryption;
using Pipeline.Core.Webhooks;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Webhooks;

/// <summary>Who of many has a delivery made next.</summary>
public sealed class DeliveryTurnsTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IAsyncLifetime
{
    private const int Room = 8;

    private static readonly WebhookOptions Options = new() { ConcurrencyPerClientMax = 4, ConcurrencyPerHostMax = 6, ConcurrencyPerUrlMax = 3 };

    private readonly Guid _greedy = Guid.CreateVersion7();
    private readonly Guid _other = Guid.CreateVersion7();

    public async ValueTask InitializeAsync()
    {
        await TestPipeline.SettingsAsync(database); // The schema is there.
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync("delete from webhook_deliveries");
        await connection.ExecuteAsync(
            "insert into clients (id, name) select id, id::text from unnest(@ids) as id", new { ids = new[] { _greedy, _other } });
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Hundreds_of_urls_of_one_client_are_in_nobody_elses_way()
    {
        await AddAsync(_greedy, 300, "'https://silent.example/' || n");
        await AddAsync(_other, 1, "'https://good.example/'");

        var first = await TakeAsync([]);
        var second = await TakeAsync(first);

        first.Count(delivery => delivery.ClientId == _greedy).ShouldBe(4);
        first.Count(delivery => delivery.ClientId == _other).ShouldBe(1);
        second.ShouldBeEmpty();
    }

    [Fact]
    public async Task One_host_under_many_urls_and_clients_is_one_host()
    {
        await AddAsync(_greedy, 10, "'https://Silent.example:8443/' || n");
        await AddAsync(_other, 10, "'https://silent.example:8443?' || n");
        await AddAsync(_other, 1, "'https://good.example/'", "now() - interval '1 second'");
        var first = await TakeAsync([]);
        first.Count.ShouldBe(8);
        first.Select(delivery => delivery.Host).Distinct().Order().ShouldBe(["good.example", "silent.example:8443"]);

        // Of the host seven are under way: no more, though both clients have room.
        (await TakeAsync([.. first.Where(delivery => delivery.Host != "good.example")])).ShouldBeEmpty();
    }

    [Fact]
    public async Task Those_with_the_fewest_under_way_are_next()
    {
        await AddAsync(_greedy, 10, "'https://a.example/' || n");
        var running = (await TakeAsync([])).Take(2).ToArray();
        await AddAsync(_other, 10, "'https://b.example/' || n");

        var next = await TakeAsync(running, limit: 2);

        next.ShouldAllBe(delivery => delivery.ClientId == _other);
    }

    private async Task<IReadOnlyList<DueDelivery>> TakeAsync(IReadOnlyCollection<DueDelivery> running, int limit = Room) =>
        await new DeliveryQueue(database.DataSource, Vault.Keyless, Microsoft.Extensions.Options.Options.Create(Options)).TakeAsync(limit, running, TestContext.Current.CancellationToken);

    private async Task AddAsync(Guid client, int count, string url, string due = "now()")
    {
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync(
            $"insert into webhook_deliveries (client_id, url, type, payload, due_at) select @client, {url}, 'job.succeeded', '{{}}', {due} from generate_series(1, @count) n",
            new { client, count });
    }
}
