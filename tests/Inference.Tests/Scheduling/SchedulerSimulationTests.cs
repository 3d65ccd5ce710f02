using Pipeline.Inference.Decoding;
using Pipeline.Inference.Scoring;

namespace Pipeline.Inference.Tests.Scheduling;

/// <summary>Random arrivals, cancellations, failures and full caches; whatever happens, every request ends and every score is exact.</summary>
public sealed class SchedulerSimulationTests
{
    private const int Seeds = 1_000;

    [Fact]
    public void Every_request_ends_rightly_for_a_thousand_seeds()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            try
            {
                Simulate(new Random(seed));
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"Seed {seed} breaks an invariant.", exception);
            }
        }
    }

    private static void Simulate(Random random)
    {
        using SchedulerBench bench = new(
            context: random.Next(60, 300), batch: random.Next(4, 40), sequences: random.Next(2, 9), prefixes: random.Next(0, 4));
        List<(ScoringTask Task, int[] Prompt, int[][] Labels)> requests = [];
        for (int step = 0; step < 40; step++)
        {
            if (random.Next(3) > 0)
            {
                requests.Add(Arrive(random, bench));
            }

            if (random.Next(12) == 0 && requests.Count > 0)
            {
                requests[random.Next(requests.Count)].Task.Cancel(new CancellationToken(canceled: true));
            }

            if (random.Next(15) == 0)
            {
                bench.Decoder.Script.Enqueue(random.Next(2) == 0 ? DecodeResult.CacheFull : DecodeResult.Failed);
            }

            bench.Tick();
        }

        bench.Run();
        bench.ShouldBeIdle();
        foreach ((ScoringTask task, int[] prompt, int[][] labels) in requests)
        {
            task.Completion.IsCompleted.ShouldBeTrue();
            if (task.Completion.IsCompletedSuccessfully)
            {
                SchedulerBench.ShouldBeExact(task, prompt, labels);
            }
        }
    }

    private static (ScoringTask Task, int[] Prompt, int[][] Labels) Arrive(Random random, SchedulerBench bench)
    {
        int shared = random.Next(3) == 0 ? 0 : 8 + random.Next(12);
        int[] prompt = [.. SchedulerBench.Prompt(random.Next(3), shared), .. SchedulerBench.Prompt(random.Next(50), 1 + random.Next(25))];
        int[][] labels = [[1], .. Enumerable.Range(0, random.Next(1, 4)).Select(i => SchedulerBench.Prompt(i + 9, 1 + random.Next(3)))];
        RequestPriority priority = random.Next(2) == 0 ? RequestPriority.Bulk : RequestPriority.Interactive;
        return (bench.Submit(prompt, shared, labels, priority), prompt, labels);
    }
}
