using Microsoft.Extensions.DependencyInjection;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Core.Tests.Attempts;

public sealed class JobStepsTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task A_job_goes_on_where_another_attempt_left_it_and_is_charged_nothing()
    {
        await using var pipeline = await TestPipeline.StartAsync(database);
        var steps = pipeline.Services.GetRequiredService<IJobSteps>();
        List<int> found = [];
        pipeline.Script.Run = async (_, context, cancellationToken) =>
        {
            var kept = await steps.BeginAsync(context.JobId, 8, cancellationToken);
            found.Add(kept.Count);
            await steps.SaveAsync(context.JobId, kept.Count, $$"""{"n":{{kept.Count}}}""", cancellationToken);
            return kept.Count is 7 ? HandlerScript.Neutral : new JobOutcome.Continue();
        };

        var job = await pipeline.FinishAsync(await pipeline.SubmitAsync("long"));

        // More attempts than Worker:FailuresMax allows failures.
        (job.State, job.Attempt, job.Steps, job.StepsDone).ShouldBe((JobState.Succeeded, 8, 8, 8));
        found.ShouldBe(Enumerable.Range(0, 8));
        (await steps.BeginAsync(job.Id, 8, CancellationToken.None))[7].ShouldBe("""{"n":7}""");
    }

    [Fact]
    public async Task Of_two_writes_of_a_step_the_first_stays()
    {
        await using var pipeline = await TestPipeline.StartAsync(database);
        var steps = pipeline.Services.GetRequiredService<IJobSteps>();
        pipeline.Script.Run = async (_, context, cancellationToken) =>
        {
            await steps.SaveAsync(context.JobId, 0, "1", cancellationToken);
            await steps.SaveAsync(context.JobId, 0, "2", cancellationToken);
            return HandlerScript.Neutral;
        };

        var job = await pipeline.FinishAsync(await pipeline.SubmitAsync("twice"));
        await steps.SaveAsync(job.Id, 1, "3", CancellationToken.None); // It has ended: nothing is kept.

        (await steps.BeginAsync(job.Id, 1, CancellationToken.None)).ShouldBe(new Dictionary<int, string> { [0] = "1" });
    }
}
