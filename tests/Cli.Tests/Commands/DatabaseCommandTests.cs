using Dapper;
using Npgsql;
using Pipeline.TestSupport.Services;

namespace Pipeline.Cli.Tests.Commands;

public sealed class DatabaseCommandTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task A_user_gets_what_its_role_needs_and_the_doctor_says_that_it_owns_nothing()
    {
        var user = $"test_cli_{Guid.CreateVersion7():N}";
        await using var connection = await database.DataSource.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync($"create role {user} login password 'x'");
        try
        {
            (await RunAsync(0, database.ConnectionString, "database", "grant", "--scheduler", user)).Out.ShouldContain($"scheduler: user '{user}' may use ");
            var own = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = user, Password = "x", Pooling = false }.ConnectionString;

            var doctor = await RunAsync(1, own, "doctor", "--processes", "1"); // Without a broker.

            doctor.Out.ShouldMatch(@"ok    The schema is up to date \(\d+\); this user does not own it\.");
            (await RunAsync(1, own, "database", "grant", "--api", user)).Error.ShouldContain("does not own the tables");
        }
        finally
        {
            await connection.ExecuteAsync($"drop owned by {user}; drop role {user}");
        }
    }

    [Fact]
    public async Task A_user_that_there_is_not_and_no_user_at_all_are_refused_with_what_to_do()
    {
        (await RunAsync(1, database.ConnectionString, "database", "grant", "--api", "nobody-of-that-name")).Error.ShouldContain("There is no user 'nobody-of-that-name'");
        (await RunAsync(1, database.ConnectionString, "database", "grant")).Error.ShouldContain("Name at least one user: --api USER, --scheduler USER, --inference USER, --embedding USER.");
    }

    private static async Task<TestEnvironment> RunAsync(int exit, string connectionString, params string[] args)
    {
        var environment = new TestEnvironment(width: 400);
        environment.Variables["Postgres__ConnectionString"] = connectionString;
        (await environment.RunAsync(args)).ShouldBe(exit, environment.Error + environment.Out);
        return environment;
    }
}
