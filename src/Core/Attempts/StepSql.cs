namespace Pipeline.Core.Attempts;

internal static class StepSql
{
    public const string Begin = """
        with begun as (update jobs set steps = @Total where id = @JobId)
        select step, result::text from job_steps where job_id = @JobId
        """;

    public const string Save = """
        insert into job_steps (job_id, step, result) values (@JobId, @Step, @Result::json) on conflict do nothing
        """;
}
