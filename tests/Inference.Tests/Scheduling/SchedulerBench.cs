using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Inference.Decoding;
using Pipeline.Inference.Scheduling;
using Pipeline.Inference.Scoring;

namespace Pipeline.Inference.Tests.Scheduling;

/// <summary>A scheduler over a scripted decoder, ticked by hand.</summary>
internal sealed class SchedulerBench : IDisposable
{
    private readonly SubmissionQueue<InferenceTask> _submissions = new(queueMax: 10_000);

    public SchedulerBench(int context = 512, int batch = 64, int sequences = 8, int prefixes = 2)
    {
        Decoder = new(new DecoderLimits(context, batch, sequences, OutputsMax: sequences));
        Scheduler = new(Decoder, _submissions, prefixes, NullLogger.Instance);
    }

    public ScriptedDecoder Decoder { get; }

    public BatchScheduler Scheduler { get; }

    public ScoringTask Submit(int[] prompt, int shared = 0, int[][]? labels = null, RequestPriority priority = RequestPriority.Interactive)
    {
        ScoringTask task = new(prompt, shared, labels ?? [[1], [2]], priority);
        _submissions.AddAsync(task, priority, TestContext.Current.CancellationToken).AsTask().IsCompletedSuccessfully.ShouldBeTrue();
        return task;
    }

    public void Dispose() => _submissions.Dispose();

    public bool Tick() => Scheduler.Tick(CancellationToken.None);

    /// <summary>Ticks until nothing is left to do and returns how many ticks worked.</summary>
    public int Run(int ticksMax = 10_000)
    {
        int ticks = 0;
        while (Tick())
        {
            (++ticks).ShouldBeLessThan(ticksMax, "the scheduler must come to an end");
        }

        return ticks;
    }

    /// <summary>Nothing may be left but the prefix cache, and its count of cells must be the decoder's.</summary>
    public void ShouldBeIdle()
    {
        SchedulerState state = Scheduler.State;
        (state.Active, state.Waiting).ShouldBe((0, 0));
        state.SequencesFree.ShouldBe(Decoder.Limits.SequencesMax - state.Prefixes);
        state.KvUsed.ShouldBe(Decoder.CellsUsed);
    }

    public static void ShouldBeExact(ScoringTask task, int[] prompt, int[][] labels)
    {
        task.Completion.IsCompletedSuccessfully.ShouldBeTrue();
        for (int i = 0; i < labels.Length; i++)
        {
            task.Completion.Result.LogProbabilities[i].ShouldBe(Reference(prompt, labels[i]), 1e-4);
        }
    }

    public static int CachedTokens(ScoringTask task) => task.Completion.Result.CachedTokens;

    public static int[] Prompt(int seed, int length) => [.. Enumerable.Range(0, length).Select(i => ((seed * 31) + (i * 7)) % 60)];

    private static double Reference(int[] prompt, int[] label)
    {
        double sum = 0;
        for (int i = 0; i < label.Length; i++)
        {
            float[] logits = ScriptedDecoder.LogitsAfter([.. prompt, .. label[..i]]);
            sum += logits[label[i]] - Math.Log(logits.Sum(logit => Math.Exp(logit)));
        }

        return sum;
    }
}
