using Npgsql;

namespace Pipeline.Bench.RabbitMq;

/// <summary>What the environment names.</summary>
internal sealed class Servers
{
    private readonly string _database = Setting("DATABASE");

    public Uri Broker { get; } = new(Setting("BROKER_URL"));

    public NpgsqlDataSource Database(int connections) => NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_database)
    {
        MaxPoolSize = connections,
        MaxAutoPrepare = 8,
        AutoPrepareMinUsages = 2,
    });

    private static string Setting(string name) => Environment.GetEnvironmentVariable(name)
        ?? throw new InvalidOperationException($"{name} is not set; see bench/peers/rabbitmq-dotnet/README.md.");
}
