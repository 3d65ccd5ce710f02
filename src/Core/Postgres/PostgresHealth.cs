using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Pipeline.Core.Postgres;

internal sealed class PostgresHealth(NpgsqlDataSource dataSource) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken)
    {
        try
        {
            await using var command = dataSource.CreateCommand("select 1");
            await command.ExecuteScalarAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is NpgsqlException || TransientErrors.IsTransient(e))
        {
            return HealthCheckResult.Unhealthy($"The database cannot be reached: {e.Message}");
        }
    }
}
