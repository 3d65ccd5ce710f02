using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Inference.Decoding;
using Pipeline.Inference.Generation;
using Pipeline.Inference.Scheduling;
using Pipeline.Inference.Scoring;

namespace Pipeline.Inference.Tests.Scheduling;

/// <summary>A scheduler over a scripted decoder, ticked by hand.</summary>
internal sealed class SchedulerBench : IDisposable
{
    private const int EndToken = 61;

    private readonly SubmissionQueue<InferenceTask> _submissions = new(queueMax: 10_000);

    private readonly SamplerScratch _scratch = new(ScriptedDecoder.VocabularySize);

    public SchedulerBench(int context = 512, int batch = 64, int sequences = 8, int prefixes = 2, int promptTokens = 64, TimeSpan? passTime = null, TimeProvider? time = null, int adapterPasses = 4)
    {
        Decoder = new(new DecoderLimits(context, batch, sequences, OutputsMax: sequences));
        Scheduler = new(Decoder, _submissions, prefixes, new(promptTokens, passTime ?? TimeSpan.FromHours(1), time ?? TimeProvider.System), new(adapterPasses), Weights, NullLogger.Instance);
    }

    public OwnerWeights Weights { get; } = new();

    public ScriptedDecoder Decoder { get; }

    public BatchScheduler Scheduler { get; }

    public ScoringTask Submit(int[] prompt, int shared = 0, int[][]? labels = null, RequestPriority priority = RequestPriority.Interactive, CacheScope cache = default, int adapter = 0)
    {
        ScoringTask task = new(prompt, shared, labels ?? [[1], [2]], priority) { Cache = cache, Adapter = adapter };
        _submissions.AddAsync(task, priority, TestContext.Current.CancellationToken).AsTask().IsCompletedSuccessfully.ShouldBeTrue();
        return task;
    }

    public GenerationTask Generate(
        int[] prompt, int tokens, int shared = 0, SamplingSettings? sampling = null, RequestPriority priority = RequestPriority.Interactive)
    {
        GenerationTask task = new(prompt, shared, Spec(tokens, sampling), _scratch, TimeProvider.System, priority);
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

    public static void ShouldBeExact(ScoringTask task, int[] prompt, int[][] labels, int adapter = 0)
    {
        task.Completion.IsCompletedSuccessfully.ShouldBeTrue();
        for (int i = 0; i < labels.Length; i++)
        {
            task.Completion.Result.LogProbabilities[i].ShouldBe(Reference(prompt, labels[i], adapter), 1e-4);
        }
    }

    /// <summary>The answer must be the one that a decoder of its own would give, token by token.</summary>
    public static void ShouldBeExact(GenerationTask task, int[] prompt, int tokens, SamplingSettings? sampling = null)
    {
        task.Completion.IsCompletedSuccessfully.ShouldBeTrue();
        GeneratedAnswer answer = task.Completion.Result;
        (string text, int count, GenerationEnd end) = AnswerAlone(prompt, tokens, sampling);
        answer.Text.ShouldBe(text);
        (answer.AnswerTokens, answer.End, answer.PromptTokens).ShouldBe((count, end, prompt.Length));
    }

    public static int CachedTokens(ScoringTask task) => task.Completion.Result.CachedTokens;

    public static int[] Prompt(int seed, int length) => [.. Enumerable.Range(0, length).Select(i => ((seed * 31) + (i * 7)) % 60)];

    private static GenerationSpec Spec(int tokens, SamplingSettings? sampling) =>
        new(tokens, sampling ?? new(), Stops: [], Constraint: null, Streams: true, token => token == EndToken, token => [(byte)('0' + token)]);

    private static (string Text, int Tokens, GenerationEnd End) AnswerAlone(int[] prompt, int tokensMax, SamplingSettings? sampling)
    {
        GenerationSpec spec = Spec(tokensMax, sampling);
        Sampler sampler = new(spec.Sampling, new(ScriptedDecoder.VocabularySize), spec.IsEnd, constraint: null);
        List<int> tokens = [.. prompt];
        StringBuilder text = new();
        for (int count = 1; ; count++)
        {
            int token = sampler.Draw(ScriptedDecoder.LogitsAfter(tokens), tokens.ToArray());
            if (token == EndToken)
            {
                return (text.ToString(), count, GenerationEnd.Stop);
            }

            tokens.Add(token);
            text.Append((char)('0' + token));
            if (count == tokensMax)
            {
                return (text.ToString(), count, GenerationEnd.Length);
            }
        }
    }

    private static double Reference(int[] prompt, int[] label, int adapter)
    {
        double sum = 0;
        for (int i = 0; i < label.Length; i++)
        {
            float[] logits = ScriptedDecoder.LogitsAfter(prompt.Concat(label[..i]).Select(token => ScriptedDecoder.Through(adapter, token)));
            sum += logits[label[i]] - Math.Log(logits.Sum(logit => Math.Exp(logit)));
        }

        return sum;
    }
}
