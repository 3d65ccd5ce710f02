using Pipeline.Core.Search;

namespace Pipeline.Core.Tests.Search;

public sealed class FusionTests
{
    [Fact]
    public void What_both_lists_have_comes_before_what_is_first_in_one() =>
        HybridSearch.Fuse([1, 2, 3], Worded(0.5, 4, 2, 5)).Select(chunk => chunk.Id).ShouldBe([2, 1, 4, 3, 5]);

    [Fact]
    public void The_score_is_the_sum_over_both_lists() =>
        HybridSearch.Fuse([7], Worded(0.5, 8, 7))[0].ShouldBe((7, (1 / 11.0) + (1 / 12.0)));

    [Fact]
    public void A_place_by_words_counts_as_far_as_the_chunk_has_them()
    {
        HybridSearch.Fuse([1], Worded(0.1, 9)).Select(chunk => chunk.Id).ShouldBe([1, 9]);
        HybridSearch.Fuse([1], Worded(0.9, 9)).Select(chunk => chunk.Id).ShouldBe([9, 1]);
    }

    [Fact]
    public void Words_alone_keep_their_order() =>
        HybridSearch.Fuse([], [new(9, false, 0.1), new(4, false, 0.9)]).Select(chunk => chunk.Id).ShouldBe([9, 4]);

    private static WordMatch[] Worded(double share, params long[] ids) => [.. ids.Select(id => new WordMatch(id, IsCut: false, share))];
}
