using Pipeline.Core.Search;

namespace Pipeline.Core.Tests.Search;

public sealed class SearchTermsTests
{
    [Theory]
    [InlineData("하루가 길다", "하루|루가|길다")]
    [InlineData("English only", "")]
    [InlineData("AI가 답", "가|답")]
    [InlineData("배송은 이틀, 배송은!", "배송|송은|이틀")]
    [InlineData("책을 읽는다", "책을|책|읽는|는다")]
    [InlineData("3월에는 물도", "월에|에는|월|물도|물")]
    [InlineData("東京タワー", "東京|京タ|タワ|ワー")]
    [InlineData("했습니다", "했습")]
    public void Pairs_of_neighbours_are_terms(string text, string expected) => string.Join('|', SearchTerms.Of(text)).ShouldBe(expected);
}
