using Pipeline.Core.Search;

namespace Pipeline.Core.Tests.Search;

public sealed class FusionTests
{
    [Fact]
    public void What_stands_in_both_lists_comes_before_the_first_of_one() =>
        HybridSearch.Fuse([1, 2, 3], [4, 2, 5]).Select(chunk => chunk.Id).ShouldBe([2, 1, 4, 3, 5]);

    [Fact]
    public void Scores_are_the_sum_of_reciprocal_ranks() =>
        HybridSearch.Fuse([7], [8, 7])[0].ShouldBe((7, (1 / 61.0) + (1 / 62.0)));

    [Fact]
    public void One_empty_list_leaves_the_order_of_the_other() =>
        HybridSearch.Fuse([], [9, 4]).Select(chunk => chunk.Id).ShouldBe([9, 4]);
}
