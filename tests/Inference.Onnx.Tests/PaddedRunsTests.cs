using Pipeline.Inference.Onnx.Passes;

namespace Pipeline.Inference.Onnx.Tests;

public sealed class PaddedRunsTests
{
    [Fact]
    public void Every_text_is_in_one_run_and_no_run_is_larger_than_allowed_or_mostly_padding()
    {
        const int Seed = 11;
        Random random = new(Seed);
        for (int round = 0; round < 200; round++)
        {
            int[] lengths = [.. Enumerable.Range(0, random.Next(1, 64)).Select(_ => random.Next(1, 257))];
            int[][] runs = [.. PaddedRuns.Pack(lengths, tokensMax: 512)];

            runs.SelectMany(run => run).Order().ShouldBe(Enumerable.Range(0, lengths.Length), $"seed {Seed}");
            foreach (int[] run in runs)
            {
                int padded = run.Max(index => lengths[index]) * run.Length;
                padded.ShouldBeLessThanOrEqualTo(512);
                (padded - run.Sum(index => lengths[index])).ShouldBeLessThanOrEqualTo(Math.Max(64, padded / 4));
                run.Select(index => lengths[index]).ShouldBeInOrder(SortDirection.Descending);
            }
        }
    }

    [Fact]
    public void Texts_of_one_length_are_one_run() => PaddedRuns.Pack([32, 32, 32, 32], tokensMax: 128).ShouldHaveSingleItem().Length.ShouldBe(4);

    [Fact]
    public void A_short_text_does_not_wait_on_the_padding_of_a_long_one() =>
        PaddedRuns.Pack([200, 10, 190, 12], tokensMax: 512).Select(run => run.Length).ShouldBe([2, 2]);
}
