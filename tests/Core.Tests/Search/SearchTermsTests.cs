using Pipeline.Core.Search;

namespace Pipeline.Core.Tests.Search;

public sealed class SearchTermsTests
{
    [Theory]
    [InlineData("하루가 길다", "하루|루가|길다")]
    [InlineData("English only", "")]
    [InlineData("AI가 답", "가|답")]
    [InlineData("배송은 이틀, 배송은!", "배송|송은|이틀")]
    [InlineData("東京タワー", "東京|京タ|タワ|ワー")]
    [InlineData("했습니다", "했습")]
    public void Pairs_of_neighbours_are_terms(string text, string expected) => string.Join('|', SearchTerms.Of(text)).ShouldBe(expected);
}
