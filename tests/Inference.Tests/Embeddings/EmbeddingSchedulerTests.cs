using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.Scheduling;

namespace Pipeline.Inference.Tests.Embeddings;

public sealed class EmbeddingSchedulerTests : IDisposable
{
    private readonly SubmissionQueue<EmbeddingTask> _submissions = new(queueMax: 10_000);
    private readonly ScriptedEncoder _encoder = new(new(BatchTokens: 64, SequencesMax: 8));
    private readonly OwnerWeights _weights = new();
    private readonly EmbeddingScheduler _scheduler;

    public EmbeddingSchedulerTests() => _scheduler = Create(passTokens: 64);

    public void Dispose() => _submissions.Dispose();

    [Fact]
    public async Task Texts_of_many_callers_share_one_pass()
    {
        EmbeddingTask[] tasks = [.. Enumerable.Range(1, 6).Select(length => Submit(length))];
        Run().ShouldBe(1);
        tasks.ShouldAllBe(task => task.Completion.IsCompletedSuccessfully);
        foreach (EmbeddingTask task in tasks)
        {
            float[] expected = ScriptedEncoder.VectorOf(task.Tokens);
            UnitVector.Normalize(expected);
            (await task.Completion).ShouldBe(expected);
        }
    }

    [Fact]
    public void Oldest_enters_first_and_those_of_nearly_its_length_fill_the_batch()
    {
        Array.ForEach([30, 5, 28, 6, 7, 31], length => Submit(length));
        Run();
        Lengths().ShouldBe([[30, 31], [5, 6, 7, 28]]);
    }

    [Fact]
    public void Text_far_behind_waits_however_well_it_would_fit()
    {
        Submit(20);
        Array.ForEach([.. Enumerable.Range(0, 40)], _ => Submit(40));
        Submit(20);
        _scheduler.Tick(CancellationToken.None);
        Lengths().ShouldBe([[20, 40]]);
    }

    [Fact]
    public void Texts_of_earlier_jobs_are_done_while_later_ones_are_computed()
    {
        const int Seed = 11;
        Random random = new(Seed);
        EmbeddingTask[][] jobs = [.. Enumerable.Range(0, 8).Select(_ => Enumerable.Range(0, 64).Select(_ => Submit(random.Next(4, 13))).ToArray())];

        List<int> endedAt = [];
        int ticks = 0;
        while (_scheduler.Tick(CancellationToken.None))
        {
            ticks++;
            endedAt.AddRange(jobs.Skip(endedAt.Count).TakeWhile(job => job.All(task => task.Completion.IsCompleted)).Select(_ => ticks));
        }

        endedAt[0].ShouldBeLessThan(ticks / 2, $"seed {Seed}");
        endedAt[3].ShouldBeLessThan(ticks * 3 / 4, $"seed {Seed}");
    }

    [Fact]
    public void Pass_is_full_before_the_encoder_is_and_a_longer_text_has_one_of_its_own()
    {
        Array.ForEach([14, 18, 50, 10], length => Submit(length));
        Run(Create(passTokens: 32));
        Lengths().ShouldBe([[14, 18], [50], [10]]);
    }

    [Fact]
    public void Clients_take_turns_by_tokens_however_many_texts_one_has_sent()
    {
        Array.ForEach([.. Enumerable.Range(0, 20)], _ => Submit(16, owner: "flood"));
        Submit(8, owner: "other");
        Submit(8, owner: "other");
        _scheduler.Tick(CancellationToken.None);
        Lengths().ShouldBe([[16, 8, 8, 16, 16]]);

        Run();
        Lengths().Skip(1).SelectMany(batch => batch).ShouldAllBe(length => length == 16);
    }

    [Fact]
    public void A_weight_of_three_gets_three_times_the_tokens()
    {
        _weights.Replace(new Dictionary<string, double> { ["other"] = 3 });
        Array.ForEach([.. Enumerable.Range(0, 40)], _ => Submit(16, owner: "flood"));
        Array.ForEach([.. Enumerable.Range(0, 40)], _ => Submit(15, owner: "other"));

        Array.ForEach([.. Enumerable.Range(0, 10)], _ => _scheduler.Tick(CancellationToken.None));

        int[] lengths = [.. Lengths().SelectMany(batch => batch)];
        (lengths.Count(length => length == 15) / (double)lengths.Count(length => length == 16)).ShouldBe(3, 0.5);
    }

    [Fact]
    public void Batch_keeps_to_the_number_of_sequences()
    {
        for (int i = 0; i < 20; i++)
        {
            Submit(1);
        }

        Run();
        Lengths().Select(batch => batch.Length).ShouldBe([8, 8, 4]);
    }

    [Fact]
    public void Short_text_is_not_overtaken_for_ever_by_long_ones()
    {
        Submit(64);
        EmbeddingTask small = Submit(3);
        for (int i = 0; i < 3; i++)
        {
            Submit(64);
            _scheduler.Tick(CancellationToken.None);
        }

        small.Completion.IsCompletedSuccessfully.ShouldBeTrue();
        _encoder.Batches.FindIndex(batch => batch.Any(sequence => sequence.Length == 3)).ShouldBe(1);
    }

    [Fact]
    public void Interactive_enters_before_bulk_and_bulk_is_not_starved()
    {
        EmbeddingTask bulk = Submit(40, RequestPriority.Bulk);
        int ticks = 0;
        while (!bulk.Completion.IsCompleted)
        {
            Submit(60);
            Submit(60);
            _scheduler.Tick(CancellationToken.None);
            (++ticks).ShouldBeLessThan(100);
        }

        ticks.ShouldBe(BatchPacker.InteractiveRunMax + 1);
    }

    [Fact]
    public void Bulk_fills_the_room_that_interactive_leaves()
    {
        Submit(40, RequestPriority.Bulk);
        Submit(20, RequestPriority.Bulk);
        Submit(30);
        _scheduler.Tick(CancellationToken.None);
        Lengths().ShouldBe([[30, 20]]);
    }

    [Fact]
    public void Canceled_text_never_reaches_the_encoder()
    {
        EmbeddingTask canceled = Submit(5);
        Submit(6);
        canceled.Cancel(new CancellationToken(canceled: true));
        canceled.Completion.IsCanceled.ShouldBeTrue();
        Run();
        Lengths().ShouldBe([[6]]);
    }

    [Fact]
    public void Only_the_text_that_breaks_the_encoder_fails()
    {
        _encoder.PoisonToken = 63;
        EmbeddingTask[] good = [Submit(5), Submit(9, RequestPriority.Bulk)];
        EmbeddingTask bad = Submit([1, 2, 63]);
        Run();
        good.ShouldAllBe(task => task.Completion.IsCompletedSuccessfully);
        bad.Completion.Exception!.InnerException.ShouldBeOfType<InferenceException>().Message.ShouldContain("3 tokens");
        Lengths().Select(batch => batch.Length).ShouldBe([3, 1, 1, 1]);
    }

    [Fact]
    public void Stopping_within_a_pass_fails_whatever_is_left()
    {
        using CancellationTokenSource stopping = new();
        EmbeddingTask[] tasks = [Submit(60), Submit(60)];
        _encoder.InPass = stopping.Cancel;
        _scheduler.Tick(stopping.Token);
        _scheduler.FailAll(new InferenceException("stopped"));
        tasks.ShouldAllBe(task => task.Completion.IsFaulted);
        _scheduler.State.Waiting.ShouldBe(0);
    }

    [Fact]
    public void Nothing_to_do_is_told() => _scheduler.Tick(CancellationToken.None).ShouldBeFalse();

    [Fact]
    public async Task Random_loads_end_with_every_vector_its_own()
    {
        const int Seed = 7;
        Random random = new(Seed);
        List<EmbeddingTask> tasks = [];
        for (int i = 0; i < 500; i++)
        {
            int[] tokens = [.. Enumerable.Range(0, random.Next(1, 65)).Select(_ => random.Next(1, ScriptedEncoder.VocabularySize))];
            tasks.Add(Submit(tokens, random.Next(3) == 0 ? RequestPriority.Bulk : RequestPriority.Interactive));
            if (random.Next(4) == 0)
            {
                _scheduler.Tick(CancellationToken.None);
            }
        }

        Run();
        foreach (EmbeddingTask task in tasks)
        {
            float[] expected = ScriptedEncoder.VectorOf(task.Tokens);
            UnitVector.Normalize(expected);
            (await task.Completion).ShouldBe(expected, $"seed {Seed}");
        }
    }

    private EmbeddingTask Submit(int length, RequestPriority priority = RequestPriority.Interactive, string? owner = null) =>
        Submit([.. Enumerable.Range(0, length).Select(i => 1 + (i % 50))], priority, owner);

    private EmbeddingTask Submit(int[] tokens, RequestPriority priority = RequestPriority.Interactive, string? owner = null)
    {
        EmbeddingTask task = new(tokens, priority, owner);
        _submissions.AddAsync(task, priority, TestContext.Current.CancellationToken).AsTask().IsCompletedSuccessfully.ShouldBeTrue();
        return task;
    }

    private EmbeddingScheduler Create(int passTokens) => new(_encoder, passTokens, _submissions, _weights, NullLogger.Instance);

    private int Run() => Run(_scheduler);

    private static int Run(EmbeddingScheduler scheduler)
    {
        int ticks = 0;
        while (scheduler.Tick(CancellationToken.None))
        {
            (++ticks).ShouldBeLessThan(1_000, "the scheduler must come to an end");
        }

        return ticks;
    }

    private int[][] Lengths() => [.. _encoder.Batches.Select(batch => batch.Select(sequence => sequence.Length).ToArray())];
}
