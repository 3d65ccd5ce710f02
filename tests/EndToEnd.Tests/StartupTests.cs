using System.Net;
using System.Net.Sockets;
using Npgsql;
using Pipeline.TestSupport.Inference;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests;

/// <summary>What an operator can mend is one sentence with the remedy and a failed exit, never a stack trace.</summary>
public sealed class StartupTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public Task A_missing_model_file_names_the_file() =>
        FailsAsync("Workers.Inference", "Kinds:Emotion:Model", "/nowhere/model.gguf", "/nowhere/model.gguf");

    [Fact]
    public async Task A_truncated_model_says_so()
    {
        var truncated = Path.GetTempFileName();
        var whole = await File.ReadAllBytesAsync(RepositoryFiles.Path("models", "emotion-mini-q8_0.gguf"));
        await File.WriteAllBytesAsync(truncated, whole[..(whole.Length / 2)]);

        await FailsAsync("Workers.Inference", "Kinds:Emotion:Model", truncated, "truncated");

        File.Delete(truncated);
    }

    [Fact]
    public async Task Too_little_memory_says_how_much_is_needed()
    {
        var huge = SparseModel.Create(weights: 500_000_000_000);

        await FailsAsync("Workers.Inference", "Kinds:Emotion:Model", huge, "memory");

        File.Delete(huge);
    }

    [Fact]
    public Task An_unknown_queue_lists_those_that_there_are() =>
        FailsAsync("Workers.Inference", "Worker:Queues:0", "emotoin", "emotion-bulk");

    [Fact]
    public Task A_wrong_database_password_names_server_and_user() =>
        FailsAsync(
            "Api",
            "Postgres:ConnectionString",
            new NpgsqlConnectionStringBuilder(database.ConnectionString) { Password = "wrong" }.ConnectionString,
            "Postgres:ConnectionString");

    [Fact]
    public async Task A_user_that_misses_the_rights_of_its_role_is_told_who_grants_them()
    {
        var user = $"test_start_{Guid.CreateVersion7():N}";
        await using var make = database.DataSource.CreateCommand($"create role {user} login password 'x'");
        await make.ExecuteNonQueryAsync();

        await FailsAsync(
            "Workers.Inference",
            "Postgres:ConnectionString",
            new NpgsqlConnectionStringBuilder(database.ConnectionString) { Username = user, Password = "x" }.ConnectionString,
            "Run './run database grant' as the owner of the tables");

        await using var drop = database.DataSource.CreateCommand($"drop role {user}");
        await drop.ExecuteNonQueryAsync();
    }

    [Fact]
    public Task A_connection_string_that_is_none_shows_one_that_is() =>
        FailsAsync("Api", "Postgres:ConnectionString", "postgres://localhost/db", "Host=localhost;Username=pipeline");

    [Fact]
    public Task A_missing_connection_string_says_where_to_set_it() =>
        FailsAsync("Api", "Postgres:ConnectionString", null, "Postgres__ConnectionString");

    [Fact]
    public async Task A_wrong_broker_password_names_the_user()
    {
        var url = new UriBuilder((await TestServices.GetAsync()).Broker) { Password = "wrong" };

        await FailsAsync("Api", "Broker:Url", url.Uri.ToString(), "Broker:Url");
    }

    [Fact]
    public Task A_broker_url_that_is_none_says_what_one_looks_like() =>
        FailsAsync("Api", "Broker:Url", "localhost", "amqp://user:password@host:5672/");

    [Fact]
    public async Task A_port_in_use_says_how_to_choose_another()
    {
        using var occupant = new TcpListener(IPAddress.Loopback, 0);
        occupant.Start();

        await FailsAsync("Api", "Urls", $"http://127.0.0.1:{((IPEndPoint)occupant.LocalEndpoint).Port}", "set Urls to a free port");
    }

    [Fact]
    public Task An_address_beyond_loopback_needs_a_key() =>
        FailsAsync("Api", "Urls", "http://0.0.0.0:0", "keys add");

    [Fact]
    public Task An_option_out_of_bounds_names_its_section() =>
        FailsAsync("Api", "Queues:emotion:Prefetch", "0", "Queues:emotion");

    [Fact]
    public Task A_remote_backend_without_a_server_says_where_to_name_it() =>
        FailsAsync("Workers.Inference", "Inference:Backend", "Remote", "Inference:Remote:BaseUrl is not set");

    [Fact]
    public Task A_fallback_without_a_key_names_the_variable() =>
        FailsAsync(
            "Workers.Inference",
            "OPENAI_API_KEY is not set",
            ("Fallback:Enabled", "true"),
            ("Fallback:Model", "any"),
            ("OPENAI_API_KEY", ""));

    private Task FailsAsync(string role, string setting, string? value, string expected) => FailsAsync(role, expected, (setting, value));

    private async Task FailsAsync(string role, string expected, params (string Name, string? Value)[] changes)
    {
        var settings = await TestPipeline.SettingsAsync(database);
        foreach (var (name, value) in changes)
        {
            settings[name] = value;
        }

        await using var process = RoleProcess.Start(role, settings);

        (await process.ExitAsync()).ShouldBe(1, process.Output);

        // One sentence, the last one; a native library may have said something of its own before.
        process.Errors.Split('\n')[^1].ShouldContain(expected);
        (process.Errors + process.Output).ShouldNotContain("   at ");
    }
}
