using Pipeline.Inference.Decoding;
using Pipeline.Inference.Generation;
using Pipeline.Inference.Scoring;

namespace Pipeline.Inference.Tests.Scheduling;

/// <summary>Random arrivals, cancellations, failures and full caches; whatever happens, every request ends and every score and every answer is exact.</summary>
public sealed class SchedulerSimulationTests
{
    private const int Seeds = 3_000;

    [Fact]
    public void Every_request_ends_rightly_for_thousands_of_seeds()
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
            context: random.Next(60, 300), batch: random.Next(4, 40), sequences: random.Next(2, 9), prefixes: random.Next(0, 4),
            promptTokens: random.Next(1, 40));
        List<Request> requests = [];
        for (int step = 0; step < 40; step++)
        {
            if (random.Next(3) > 0)
            {
                requests.Add(random.Next(2) == 0 ? Scoring(random, bench) : Generation(random, bench));
            }

            if (random.Next(12) == 0 && requests.Count > 0)
            {
                requests[random.Next(requests.Count)].Cancel(new CancellationToken(canceled: true));
            }

            if (random.Next(15) == 0)
            {
                bench.Decoder.Script.Enqueue(random.Next(2) == 0 ? DecodeResult.CacheFull : DecodeResult.Failed);
            }

            bench.Tick();
        }

        bench.Run();
        bench.ShouldBeIdle();
        foreach (Request request in requests)
        {
            request.Completion.IsCompleted.ShouldBeTrue();
            if (request.Completion.IsCompletedSuccessfully)
            {
                request.ShouldBeExact();
            }
        }
    }

    private static Request Scoring(Random random, SchedulerBench bench)
    {
        (int[] prompt, int shared) = Prompt(random);
        int[][] labels = [[1], .. Enumerable.Range(0, random.Next(1, 4)).Select(i => SchedulerBench.Prompt(i + 9, 1 + random.Next(3)))];
        ScoringTask task = bench.Submit(prompt, shared, labels, Priority(random));
        return new(task.Completion, task.Cancel, () => SchedulerBench.ShouldBeExact(task, prompt, labels));
    }

    private static Request Generation(Random random, SchedulerBench bench)
    {
        (int[] prompt, int shared) = Prompt(random);
        int tokens = 1 + random.Next(Math.Min(50, bench.Decoder.Limits.ContextTokens - prompt.Length));
        SamplingSettings sampling = random.Next(2) == 0
            ? new()
            : new() { Temperature = 0.5 + random.NextDouble(), TopK = random.Next(0, 20), TopP = 0.9, RepeatPenalty = 1.1, Seed = random.Next() };
        GenerationTask task = bench.Generate(prompt, tokens, shared, sampling, Priority(random));
        return new(task.Completion, task.Cancel, () => SchedulerBench.ShouldBeExact(task, prompt, tokens, sampling));
    }

    private static (int[] Prompt, int Shared) Prompt(Random random)
    {
        int shared = random.Next(3) == 0 ? 0 : 8 + random.Next(12);
        return ([.. SchedulerBench.Prompt(random.Next(3), shared), .. SchedulerBench.Prompt(random.Next(50), 1 + random.Next(25))], shared);
    }

    private static RequestPriority Priority(Random random) => random.Next(2) == 0 ? RequestPriority.Bulk : RequestPriority.Interactive;

    private sealed record Request(Task Completion, Action<CancellationToken> Cancel, Action ShouldBeExact);
}
