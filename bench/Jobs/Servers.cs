using Npgsql;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Jobs;

/// <summary>The PostgreSQL and RabbitMQ that every side shares, each with a database and a queue of its own.</summary>
internal sealed class Servers
{
    private readonly NpgsqlConnectionStringBuilder _postgres = new(Setting("Postgres__ConnectionString"));

    /// <summary>As eng/services writes it.</summary>
    public string Postgres => _postgres.ConnectionString;

    /// <summary>As eng/services writes it: the default virtual host.</summary>
    public string Broker { get; } = Setting("Broker__Url");

    /// <summary>Connection string of a peer's database.</summary>
    public string Database(string name) => new NpgsqlConnectionStringBuilder(Postgres) { Database = name }.ConnectionString;

    /// <summary>The same as a URL, for programs that need one.</summary>
    public string DatabaseUrl(string name) => $"postgresql://{_postgres.Username}:{_postgres.Password}@{_postgres.Host}:{_postgres.Port}/{name}";

    private static string Setting(string name) => Environment.GetEnvironmentVariable(name)
        ?? throw new BenchException($"{name} is not set. Start the benchmark with bench/run, which starts the servers and sets it.");
}
