using Dapper;
using Pipeline.Core.Clients;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Webhooks;

public sealed class PoisonDeliveryTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task A_delivery_that_cannot_even_be_sent_counts_as_failed()
    {
        await using var pipeline = await TestPipeline.StartAsync(database, roles: roles => roles.AddIntake());
        await using var connection = await database.DataSource.OpenConnectionAsync();
        await connection.ExecuteAsync("insert into webhook_secrets (client_id, secret) values (@client, 'secret')", new { client = Client.LocalId });
        var id = await connection.ExecuteScalarAsync<Guid>(
            "insert into webhook_deliveries (client_id, url, type, payload) values (@client, 'no url', 'job.succeeded', '{}') returning id", new { client = Client.LocalId });

        await Eventually.TrueAsync(async () =>
            await connection.ExecuteScalarAsync<bool>("select failures = 1 and error like 'Cannot be sent:%' from webhook_deliveries where id = @id", new { id }));
    }
}
