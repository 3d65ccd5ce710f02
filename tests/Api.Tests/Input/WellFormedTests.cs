using Pipeline.Api.Guards;
using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.Input;

public sealed class WellFormedTests(LocalApi api)
{
    [Theory]
    [InlineData("/api/jobs?kind=%00", "kind")]
    [InlineData("/api/jobs?state=a%00b", "state")]
    [InlineData("/api/prompts?name=%00", "name")]
    [InlineData("/api/prompts?kind=chat&name=a&name=%00", "name")]
    [InlineData("/api/activity?scope=%00", "scope")]
    [InlineData("/api/documents?before=%00", "before")]
    [InlineData("/api/webhooks/deliveries?job=%00", "job")]
    [InlineData("/api/jobs?%00=1", "query")]
    [InlineData("/api/nothing?x=%00", "x")]
    [InlineData("/health?x=%00", "x")]
    public async Task A_NUL_character_in_a_query_is_refused_on_every_route_and_names_its_parameter(string path, string field) =>
        (await api.Client.GetAsync(path)).ShouldBlame(field, "has a NUL character. Remove it.");

    [Fact]
    public async Task Below_v1_it_is_refused_in_the_shape_of_OpenAI()
    {
        var answer = await api.Client.GetAsync("/v1/models?x=%00");

        answer.Status.ShouldBe(400);
        answer.Json.GetProperty("error").GetProperty("param").GetString().ShouldBe("x");
    }

    [Theory]
    [InlineData("/api/jobs/%00")]
    [InlineData("/api/prompts/chat/%ED%A0%80")]
    [InlineData("/api/jobs?kind=%ED%A0%80")]
    [InlineData("/api/documents/%FF%FE")]
    public async Task What_is_no_text_is_never_the_servers_fault(string path) => (await api.Client.GetAsync(path)).Status.ShouldBeInRange(400, 404);

    [Fact]
    public void A_text_is_well_formed_or_told_why_not()
    {
        WellFormedRequest.Fault("a\0b").ShouldBe("a NUL character");
        WellFormedRequest.Fault("a\uD800b").ShouldBe("a lone surrogate (\\ud800)");
        WellFormedRequest.Fault("\uDC00").ShouldBe("a lone surrogate (\\udc00)");
        WellFormedRequest.Fault("😀\uD83D").ShouldBe("a lone surrogate (\\ud83d)");
        WellFormedRequest.Fault("한국어 😀").ShouldBeNull();
        WellFormedRequest.Fault("").ShouldBeNull();
    }
}
