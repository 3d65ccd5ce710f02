using Pipeline.Core.Jobs;

namespace Pipeline.Core.Tests.Jobs;

public sealed class IdOrKeyTests
{
    private static readonly Guid Id = Guid.Parse("019a9c1e-7f00-7123-8456-0123456789ab");

    [Theory]
    [InlineData("0")]
    [InlineData("019a")]
    [InlineData("019a9c1e-7")]
    [InlineData("019A9C1E7F00")]
    [InlineData("019a9c1e-7f00-7123-8456-0123456789ab")]
    public void What_an_id_begins_with_is_a_range_around_it(string text)
    {
        var known = IdOrKey.Parse(text).ShouldNotBeNull();

        IdOrKey.Compare(known.From.ShouldNotBeNull(), Id).ShouldBeLessThanOrEqualTo(0);
        IdOrKey.Compare(known.Below.ShouldNotBeNull(), Id).ShouldBeGreaterThan(0);
        known.End.ShouldBeNull();
    }

    [Theory]
    [InlineData("456789ab", "456789ab")]
    [InlineData("…456789AB", "456789ab")]
    [InlineData("…019a", "019a")]
    [InlineData("8456-0123456789ab", "8456-0123456789ab")]
    public void What_is_no_time_of_a_job_is_the_end_of_an_id(string text, string end)
    {
        var known = IdOrKey.Parse(text).ShouldNotBeNull();

        (known.From, known.End).ShouldBe((null, end));
    }

    [Theory]
    [InlineData("019a9c1e", "019a9c1e")]
    [InlineData("8456-02BCE55F", null)]
    [InlineData("02BCE55F", "02bce55f")]
    [InlineData("019a9c1", null)]
    [InlineData("019a9c1e-7f00-7123-8456-0123456789ab", null)]
    [InlineData("order-17", null)]
    public void What_may_be_the_time_of_a_job_may_be_the_end_of_an_id_as_well(string text, string? end) =>
        (IdOrKey.Parse(text).ShouldNotBeNull().AsEnd?.End).ShouldBe(end);

    [Fact]
    public void A_whole_id_means_one_job()
    {
        var known = IdOrKey.Parse(Id.ToString()).ShouldNotBeNull();

        known.From.ShouldBe(Id);
        known.Below.ShouldBe(Guid.Parse("019a9c1e-7f00-7123-8456-0123456789ac"));
    }

    [Fact]
    public void Other_words_are_keys_alone()
    {
        var known = IdOrKey.Parse("order-17").ShouldNotBeNull();

        (known.Key, known.IsOfId).ShouldBe(("order-17", false));
    }

    [Theory]
    [InlineData("")]
    [InlineData("…")]
    [InlineData("two words")]
    [InlineData("주문")]
    [InlineData("a\0b")]
    public void What_no_key_can_be_means_nothing(string text) => IdOrKey.Parse(text).ShouldBeNull();

    [Fact]
    public void Nothing_is_longer_than_a_key() => IdOrKey.Parse(new string('f', IdOrKey.LengthMax + 1)).ShouldBeNull();
}
