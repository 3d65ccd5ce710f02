using Pipeline.Inference.Generation;
using Pipeline.Inference.Structured;

namespace Pipeline.Inference.Tests.Generation;

public sealed class SamplerTests
{
    private const int Draws = 20_000;
    private static readonly float[] _logits = [1, 3, 2, 0, -1, 2.5f];

    [Fact]
    public void Temperature_zero_takes_the_most_probable_token() => Draw(new()).ShouldBe(1);

    [Fact]
    public void Equal_logits_give_the_first_token() => Draw(new(), [1, 5, 5]).ShouldBe(1);

    [Fact]
    public void Same_seed_draws_the_same_tokens()
    {
        SamplingSettings settings = new() { Temperature = 1.2, Seed = 42 };
        Sampler first = Sampler(settings), second = Sampler(settings);
        Enumerable.Range(0, 50).Select(_ => first.Draw(_logits, [])).ShouldBe(Enumerable.Range(0, 50).Select(_ => second.Draw(_logits, [])).ToArray());
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.5)]
    [InlineData(2.0)]
    public void Tokens_come_as_often_as_the_softmax_says(double temperature) =>
        ShouldBeDistributed(new() { Temperature = temperature, Seed = 1 }, [.. _logits.Select(logit => Math.Exp(logit / temperature))]);

    [Fact]
    public void Top_k_keeps_the_most_probable_ones() =>
        ShouldBeDistributed(new() { Temperature = 1, TopK = 2, Seed = 1 }, [0, Math.Exp(3), 0, 0, 0, Math.Exp(2.5)]);

    [Fact]
    public void Top_p_keeps_the_fewest_that_reach_it_whether_cut_by_top_k_or_not()
    {
        // Probabilities are .45, .28, .17, .06, .02, .01: two reach .7 of the whole.
        double[] kept = [0, Math.Exp(3), 0, 0, 0, Math.Exp(2.5)];
        ShouldBeDistributed(new() { Temperature = 1, TopP = 0.7, Seed = 1 }, kept);
        ShouldBeDistributed(new() { Temperature = 1, TopP = 0.7, TopK = 5, Seed = 1 }, kept);
    }

    [Fact]
    public void Min_p_keeps_those_near_the_best() =>
        ShouldBeDistributed(new() { Temperature = 1, MinP = 0.3, Seed = 1 }, [0, Math.Exp(3), Math.Exp(2), 0, 0, Math.Exp(2.5)]);

    [Fact]
    public void Repeat_penalty_divides_positive_and_multiplies_negative_logits()
    {
        Draw(new() { RepeatPenalty = 1.3 }, _logits, [1]).ShouldBe(5); // 3 / 1.3 < 2.5
        Draw(new() { RepeatPenalty = 2 }, [-1, -1.5f], [0]).ShouldBe(1); // -1 * 2 < -1.5
    }

    [Fact]
    public void Presence_counts_once_and_frequency_each_time()
    {
        Draw(new() { PresencePenalty = 0.4 }, _logits, [1, 1]).ShouldBe(1); // 3 - .4 > 2.5
        Draw(new() { FrequencyPenalty = 0.4 }, _logits, [1, 1]).ShouldBe(5); // 3 - .8 < 2.5
    }

    [Fact]
    public void Tokens_before_the_penalty_window_are_forgotten()
    {
        int[] recent = [1, .. Enumerable.Repeat(0, SamplingSettings.PenaltyTokens)];
        Draw(new() { PresencePenalty = 5 }, _logits, recent).ShouldBe(1);
    }

    [Fact]
    public void Constraint_gives_the_allowed_tokens_the_odds_of_masking_first()
    {
        double[] kept = [Math.Exp(1), 0, Math.Exp(2), 0, Math.Exp(-1), 0];
        ShouldBeDistributed(new() { Temperature = 1, Seed = 1 }, kept, new Only(0, 2, 4));
    }

    [Fact]
    public void Whole_vocabulary_is_masked_only_when_no_candidate_is_allowed()
    {
        Only unlikely = new(4);
        Draw(new() { Temperature = 1, TopK = 2, Seed = 1 }, constraint: unlikely).ShouldBe(4);
        unlikely.Masks.ShouldBe(1);
        Only likely = new(5);
        Draw(new() { Temperature = 1, TopK = 2, Seed = 1 }, constraint: likely).ShouldBe(5);
        Draw(new(), constraint: likely).ShouldBe(5);
        likely.Masks.ShouldBe(0);
    }

    [Fact]
    public void End_of_the_turn_is_drawn_only_where_the_answer_may_end()
    {
        Draw(new(), constraint: new Only(0, 2)).ShouldBe(2); // Token 5 would end the turn, token 1 is not allowed.
        Draw(new(), [0, 0, 1, 0, 0, 2.5f], constraint: new Only(0, 2) { CanEnd = true }, end: 5).ShouldBe(5);
        Draw(new(), [0, 0, 1, 0, 0, 2.5f], constraint: new Only(0, 2), end: 5).ShouldBe(2);
    }

    [Fact]
    public void Vocabulary_without_any_allowed_token_is_told() =>
        Should.Throw<InferenceException>(() => Draw(new(), constraint: new Only())).Message.ShouldContain("vocabulary");

    [Fact]
    public void Logits_that_are_no_numbers_are_told() =>
        Should.Throw<InferenceException>(() => Draw(new(), [float.NaN, 1])).Message.ShouldContain("not numbers");

    [Fact]
    public void Candidates_of_a_large_vocabulary_are_those_of_a_full_sort()
    {
        Random random = new(5);
        float[] logits = [.. Enumerable.Range(0, 5_000).Select(_ => (float)Math.Round(random.NextDouble() * 50, 1))];
        Candidate[] sorted = [.. logits.Select((logit, token) => new Candidate(token, logit)).Order()];
        Candidates candidates = new();
        foreach (int count in (int[])[1, 40, 700, 5_000])
        {
            candidates.TakeTop(logits, count);
            candidates.Sorted.Select(candidate => candidate.Logit).ShouldBe(sorted.Take(count).Select(candidate => candidate.Logit));
        }

        candidates.TakeFrom(logits, 30);
        candidates.Sorted.ShouldBe(sorted.TakeWhile(candidate => candidate.Logit >= 30));
    }

    private static Sampler Sampler(SamplingSettings settings, ITokenConstraint? constraint = null, int size = 6, int end = -1) =>
        new(settings, new(size), token => token == end, constraint);

    private static int Draw(SamplingSettings settings, float[]? logits = null, int[]? recent = null, ITokenConstraint? constraint = null, int end = -1) =>
        Sampler(settings, constraint, (logits ?? _logits).Length, end).Draw(logits ?? _logits, recent ?? []);

    private static void ShouldBeDistributed(SamplingSettings settings, double[] weights, ITokenConstraint? constraint = null)
    {
        Sampler sampler = Sampler(settings, constraint);
        int[] counts = new int[weights.Length];
        for (int i = 0; i < Draws; i++)
        {
            counts[sampler.Draw(_logits, [])]++;
        }

        for (int token = 0; token < weights.Length; token++)
        {
            double expected = weights[token] / weights.Sum();
            ((double)counts[token] / Draws).ShouldBe(expected, 0.015); // Four standard deviations of 20,000 draws.
        }
    }

    private sealed class Only(params int[] allowed) : ITokenConstraint
    {
        public int Masks { get; private set; }

        public bool CanEnd { get; init; }

        public bool MustEnd => false;

        public bool Allows(int token) => allowed.Contains(token);

        public void Mask(Span<float> logits)
        {
            Masks++;
            for (int token = 0; token < logits.Length; token++)
            {
                logits[token] = Allows(token) ? logits[token] : float.NegativeInfinity;
            }
        }

        public void Accept(int token) => Allows(token).ShouldBeTrue();
    }
}
