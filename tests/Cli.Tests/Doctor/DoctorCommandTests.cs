using Dapper;
using Npgsql;
using Pipeline.Cli.Doctor;
using Pipeline.Core.Broker;
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
        environment.Out.ShouldContain("ok    The user of the broker may declare, bind, send and receive.");
        environment.Out.ShouldContain("ok    Its clock and this machine's agree.");
        environment.Out.ShouldNotContain("bad ");
    }

    [Theory]
    [InlineData(6, "warn  Its clock and this machine's differ by -")]
    [InlineData(-90, "bad   Its clock and this machine's differ by 9")]
    public async Task A_clock_that_is_off_is_told(int seconds, string line)
    {
        var environment = await EnvironmentAsync();

        var exit = await CommandLine.RunAsync(["doctor", "--processes", "1"], environment.Value with { Time = new ShiftedTime(TimeSpan.FromSeconds(seconds)) }, TestContext.Current.CancellationToken);

        exit.ShouldBe(line.StartsWith("bad", StringComparison.Ordinal) ? 1 : 0);
        environment.Out.ShouldContain(line);
        environment.Out.ShouldContain("Run a time service");
    }

    [Fact]
    public async Task A_user_that_may_not_create_tables_is_told()
    {
        var user = $"closed_{Guid.CreateVersion7():N}";
        await using var connection = await database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync($"create role {user} login password 'p'; create schema {user}; grant usage on schema {user} to {user}");
        var environment = await EnvironmentAsync();
        environment.Variables[PostgresCheckup.Variable] = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = user, Password = "p", SearchPath = user, Pooling = false }.ConnectionString;

        try
        {
            (await environment.RunAsync("doctor")).ShouldBe(1);
        }
        finally
        {
            await connection.ExecuteAsync($"drop owned by {user}; drop role {user}");
        }

        environment.Out.ShouldContain("bad   The user may not create tables in the schema.");
    }

    [Fact]
    public async Task A_user_of_the_broker_that_may_only_read_or_not_send_is_told()
    {
        await using var servers = await PrivateServers.CreateAsync();
        foreach (var (name, configure, write) in ((string, string, string)[])[("reader", "", ""), ("silent", ".*", "doctor-.*")])
        {
            var environment = await EnvironmentAsync();
            environment.Variables["Broker__QueuePrefix"] = "";
            environment.Variables[BrokerCheckup.Variable] = await servers.AddBrokerUserAsync(name, configure, write, read: ".*");

            (await environment.RunAsync("doctor")).ShouldBe(1, name);

            environment.Out.ShouldContain("bad   The user of the broker may not do what every role does: ACCESS_REFUSED");
            environment.Out.ShouldContain("rabbitmqctl set_permissions");
        }
    }

    [Theory]
    [InlineData("3.9.29", FindingLevel.Bad)]
    [InlineData("3.10.0", FindingLevel.Good)]
    [InlineData("4.1.4", FindingLevel.Good)]
    [InlineData("4.3.0-rc.1", FindingLevel.Bad)]
    [InlineData("", FindingLevel.Warning)]
    public void Versions_of_RabbitMQ_that_do_not_fit_are_told(string version, object level) => BrokerCheckup.Version(version).Level.ShouldBe(level);

    [Theory]
    [InlineData(14, FindingLevel.Bad)]
    [InlineData(15, FindingLevel.Good)]
    public void Versions_of_PostgreSQL_that_do_not_fit_are_told(int version, object level) => PostgresCheckup.Version(new() { Version = version }).Level.ShouldBe(level);

    [Theory]
    [InlineData("on", "on", false, FindingLevel.Good)]
    [InlineData("off", "on", false, FindingLevel.Bad)]
    [InlineData("on", "off", false, FindingLevel.Bad)]
    [InlineData("on", "on", true, FindingLevel.Bad)]
    public void A_server_that_can_lose_what_was_accepted_is_told(string fsync, string fullPageWrites, bool isReplica, object level) =>
        PostgresCheckup.Durable(new() { Fsync = fsync, FullPageWrites = fullPageWrites, IsReplica = isReplica }).Level.ShouldBe(level);

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
        await DeclareTemporaryAsync(environment, "emotion");

        (await environment.RunAsync("doctor")).ShouldBe(1);

        environment.Out.ShouldMatch(@"warn  \d+ migrations are to be applied\.");
        environment.Out.ShouldMatch(@"bad   Queue d\w+\.emotion is not as the pipeline declares it: PRECONDITION_FAILED");
        environment.Out.ShouldContain("rabbitmqctl delete_queue");
    }

    [Theory]
    [InlineData("quorum", "ok    1 of ")]
    [InlineData(null, "x-queue-type")]
    [InlineData("mirrored", "bad   Broker__QueueType is 'mirrored'.")]
    public async Task Queues_have_to_be_of_the_type_that_the_settings_say(string? type, string line)
    {
        var environment = await EnvironmentAsync();
        environment.Variables["Broker__QueuePrefix"] = $"q{Guid.CreateVersion7():N}.";
        environment.Variables["Broker__QueueType"] = type;
        var factory = new ConnectionFactory { Uri = new(environment.Variables[BrokerCheckup.Variable]!) };
        await using var connection = await factory.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        var name = environment.Variables["Broker__QueuePrefix"] + "emotion";
        await channel.QueueDeclareAsync(name, durable: true, exclusive: false, autoDelete: false, BrokerQueues.Arguments(QueueType.Quorum), cancellationToken: TestContext.Current.CancellationToken);

        await environment.RunAsync("doctor");
        await channel.QueueDeleteAsync(name, cancellationToken: TestContext.Current.CancellationToken);

        environment.Out.ShouldContain(line);
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

    private static async Task DeclareTemporaryAsync(TestEnvironment environment, string queue)
    {
        var factory = new ConnectionFactory { Uri = new(environment.Variables[BrokerCheckup.Variable]!) };
        await using var connection = await factory.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        await channel.QueueDeclareAsync(environment.Variables["Broker__QueuePrefix"] + queue, durable: true, exclusive: false, autoDelete: true);
    }

    private sealed class ShiftedTime(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + by;
    }
}
