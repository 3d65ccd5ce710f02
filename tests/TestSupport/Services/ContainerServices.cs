using Testcontainers.PostgreSql;
using Testcontainers.RabbitMq;

namespace Pipeline.TestSupport.Services;

/// <summary>Containers that live as long as the test process; Testcontainers' reaper removes them afterwards.</summary>
internal static class ContainerServices
{
    // The images of docker-compose.yml.
    private const string PostgresImage = "pgvector/pgvector:0.8.1-pg17";
    private const string RabbitMqImage = "rabbitmq:4.1.4-management";

    public static async Task<ServiceAddresses> StartAsync()
    {
        // As many connections as docker-compose.yml allows.
        var postgres = new PostgreSqlBuilder(PostgresImage).WithDatabase("pipeline").WithCommand("-c", "max_connections=200").Build();
        var broker = new RabbitMqBuilder(RabbitMqImage).Build();
        await Task.WhenAll(postgres.StartAsync(), broker.StartAsync());
        return new(postgres.GetConnectionString(), broker.GetConnectionString());
    }
}
