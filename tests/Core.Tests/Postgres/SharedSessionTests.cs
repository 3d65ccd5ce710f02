using Npgsql;
using Pipeline.Core.Hosting;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Postgres;

public sealed class SharedSessionTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task A_process_refuses_to_start_behind_a_pooler_that_lends_sessions_for_one_transaction()
    {
        await using var pooler = new TransactionPooler(database.ConnectionString);
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Postgres:ConnectionString"] = new NpgsqlConnectionStringBuilder(pooler.ConnectionString) { MaxAutoPrepare = 0 }.ConnectionString;

        (await Should.ThrowAsync<StartupException>(() => TestPipeline.StartAsync(database, settings, roles => roles.AddIntake())))
            .Message.ShouldContain("pool_mode=session");
    }
}
