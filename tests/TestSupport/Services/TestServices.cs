namespace Pipeline.TestSupport.Services;

/// <summary>
/// The PostgreSQL and RabbitMQ that a test run shares: those that ./test started, containers where there is Docker,
/// or private servers that the first test starts.
/// </summary>
public static class TestServices
{
    private static readonly Lazy<Task<ServiceAddresses>> Shared = new(FindAsync);

    /// <summary>Addresses of the shared servers. Tests isolate themselves: a database of their own, a queue prefix of their own.</summary>
    public static Task<ServiceAddresses> GetAsync() => Shared.Value;

    private static async Task<ServiceAddresses> FindAsync()
    {
        var postgres = Environment.GetEnvironmentVariable("PIPELINE_TEST_POSTGRES");
        var broker = Environment.GetEnvironmentVariable("PIPELINE_TEST_BROKER");
        if (!string.IsNullOrEmpty(postgres) && !string.IsNullOrEmpty(broker))
        {
            return new(postgres, broker);
        }

        if (Environment.GetEnvironmentVariable("PIPELINE_TEST_CONTAINERS") == "true")
        {
            return await ContainerServices.StartAsync();
        }

        return await PrivateServers.StartAsync(RepositoryFiles.Path(".local", "test-services"));
    }
}

/// <param name="Postgres">Connection string of a user who may create databases.</param>
/// <param name="Broker">AMQP URL.</param>
public sealed record ServiceAddresses(string Postgres, string Broker);
