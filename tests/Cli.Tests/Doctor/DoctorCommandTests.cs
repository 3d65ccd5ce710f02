using Dapper;
using Pipeline.Cli.Doctor;
using Pipeline.TestSupport.Services;
using RabbitMQ.Client;

namespace Pipeline.Cli.Tests.Doctor;

public sealed class DoctorCommandTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task Healthy_servers_get_a_line_each_and_exit_code_0()
    {
        var environment = await EnvironmentAsync();

        // With the real clock, which is compared with the server's.
        var exit = await CommandLine.RunAsync(["doctor", "--processes", "1"], environment.Value with { Time = TimeProvider.System }, TestContext.Current.CancellationToken);

        exit.ShouldBe(0, environment.Out);
        environment.Out.ShouldContain("ok    PostgreSQL is version");
        environment.Out.ShouldContain("ok    The schema is up to date");
        environment.Out.ShouldContain("ok    RabbitMQ is version");
        environment.Out.ShouldContain("ok    Its clock and this machine's agree.");
        environment.Out.ShouldNotContain("bad ");
    }

    [Fact]
    public async Task Too_few_connections_are_told_with_the_pool_that_fits()
    {
        var environment = await EnvironmentAsync();

        await environment.RunAsync("doctor", "--processes", "1000");

        environment.Out.ShouldContain("warn  1000 processes of up to 20 connections may want 30000");
        environment.Out.ShouldContain("Raise max_connections, or set 'Maximum Pool Size' in Postgres__ConnectionString");
    }

    [Fact]
    public async Task A_schema_that_is_behind_and_a_queue_that_somebody_declared_otherwise_are_told()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync("create schema behind");
        var environment = await EnvironmentAsync();
        environment.Variables[PostgresCheckup.Variable] = database.ConnectionString + ";Search Path=behind";
        environment.Variables["Broker__QueuePrefix"] = $"d{Guid.CreateVersion7():N}.";
        await DeclareClassicAsync(environment, "emotion");

        (await environment.RunAsync("doctor")).ShouldBe(1);

        environment.Out.ShouldMatch(@"warn  \d+ migrations are to be applied\.");
        environment.Out.ShouldMatch(@"bad   Queue d\w+\.emotion is not as the pipeline declares it: PRECONDITION_FAILED");
        environment.Out.ShouldContain("rabbitmqctl delete_queue");
    }

    [Fact]
    public async Task Servers_that_are_away_or_not_named_are_told_with_the_variable_to_correct()
    {
        var environment = new TestEnvironment();
        environment.Variables[PostgresCheckup.Variable] = "Host=127.0.0.1;Port=1;Username=nobody;Database=none;Timeout=5";

        (await environment.RunAsync("doctor")).ShouldBe(1);

        environment.Out.ShouldContain("bad   PostgreSQL does not let us in");
        environment.Out.ShouldContain("Start the server, or correct Postgres__ConnectionString.");
        environment.Out.ShouldContain("bad   Broker__Url is not set to a broker.");
    }

    [Fact]
    public async Task Migrate_brings_an_empty_database_up_to_date()
    {
        await using var connection = await database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync("create schema fresh");
        var environment = new TestEnvironment();
        environment.Variables[PostgresCheckup.Variable] = database.ConnectionString + ";Search Path=fresh";

        (await environment.RunAsync("migrate")).ShouldBe(0, environment.Error);

        environment.Out.ShouldContain("The schema is up to date.");
        (await connection.ExecuteScalarAsync<bool>("select to_regclass('fresh.jobs') is not null")).ShouldBeTrue();
    }

    private async Task<TestEnvironment> EnvironmentAsync()
    {
        var environment = new TestEnvironment();
        environment.Variables[PostgresCheckup.Variable] = database.ConnectionString;
        environment.Variables[BrokerCheckup.Variable] = (await TestServices.GetAsync()).Broker;
        environment.Variables["Broker__QueuePrefix"] = $"h{Guid.CreateVersion7():N}.";
        return environment;
    }

    private static async Task DeclareClassicAsync(TestEnvironment environment, string queue)
    {
        var factory = new ConnectionFactory { Uri = new(environment.Variables[BrokerCheckup.Variable]!) };
        await using var connection = await factory.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        await channel.QueueDeclareAsync(environment.Variables["Broker__QueuePrefix"] + queue, durable: true, exclusive: false, autoDelete: true);
    }
}
