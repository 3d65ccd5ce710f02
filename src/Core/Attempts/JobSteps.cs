using Dapper;
using Npgsql;

namespace Pipeline.Core.Attempts;

/// <summary>Owns <c>job_steps</c>.</summary>
internal sealed class JobSteps(NpgsqlDataSource dataSource) : IJobSteps
{
    public async Task<IReadOnlyDictionary<int, string>> BeginAsync(Guid jobId, int total, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        var finished = await connection.QueryAsync<(int Step, string Result)>(
            new CommandDefinition(StepSql.Begin, new { JobId = jobId, Total = total }, cancellationToken: cancellationToken));
        return finished.ToDictionary(step => step.Step, step => step.Result);
    }

    public async Task SaveAsync(Guid jobId, int step, string resultJson, CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            new CommandDefinition(StepSql.Save, new { JobId = jobId, Step = step, Result = resultJson }, cancellationToken: cancellationToken));
    }
}
