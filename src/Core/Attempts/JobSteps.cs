using Npgsql;
using Pipeline.Core.Encryption;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Attempts;

/// <summary>Owns <c>job_steps</c>.</summary>
internal sealed class JobSteps(NpgsqlDataSource dataSource, Vault vault) : IJobSteps
{
    private const string Begin = """
        with begun as (update jobs set steps = @Total where id = @JobId)
        select step, result::text from job_steps where job_id = @JobId
        """;

    // Of a job that ended or was erased meanwhile nothing is kept.
    private const string Save = """
        insert into job_steps (job_id, step, result)
        select id, @Step::int, @Result::json from jobs where id = @JobId and state = 'running' for share
        on conflict do nothing
        """;

    public async Task<IReadOnlyDictionary<int, string>> BeginAsync(Guid jobId, int total, CancellationToken cancellationToken)
    {
        var finished = await dataSource.QueryAsync<(int Step, string Result)>(Begin, new { JobId = jobId, Total = total }, cancellationToken);
        Dictionary<int, string> steps = [];
        foreach (var (step, result) in finished)
        {
            try
            {
                steps.Add(step, vault.Open(EncryptedColumn.Step, jobId, result, step));
            }
            catch (UndecryptableException)
            {
                // As if it had not been made: it is made again.
            }
        }

        return steps;
    }

    public Task SaveAsync(Guid jobId, int step, string resultJson, CancellationToken cancellationToken) =>
        dataSource.ExecuteAsync(Save, new { JobId = jobId, Step = step, Result = vault.Seal(EncryptedColumn.Step, jobId, resultJson, step) }, cancellationToken);
}

/// <summary>
/// What a long job has finished so far, in Postgres: an attempt that ends half-way loses only the steps that were under way.
/// A step must follow from the input alone, so that it does not matter which attempt made it.
/// </summary>
public interface IJobSteps
{
    /// <summary>Says how many steps the job has, which makes its progress visible, and returns those that are finished, by number.</summary>
    Task<IReadOnlyDictionary<int, string>> BeginAsync(Guid jobId, int total, CancellationToken cancellationToken);

    /// <summary>Keeps a finished step. Of two that are the same, the first stays.</summary>
    Task SaveAsync(Guid jobId, int step, string resultJson, CancellationToken cancellationToken);
}
