using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Api.Tests.Health;

public sealed class HealthTests(LocalApi api)
{
    [Fact]
    public async Task Health_names_every_part()
    {
        // The API serves before its broker connection is there.
        await Eventually.TrueAsync(async () => (await api.Client.GetAsync("/health")).Json.GetProperty("status").GetString() == "healthy");

        var answer = await api.Client.GetAsync("/health");

        answer.Status.ShouldBe(200);
        answer.Json.GetProperty("status").GetString().ShouldBe("healthy");
        answer.Json.GetProperty("parts").EnumerateObject().Select(part => part.Name).ShouldBe(["postgres", "clock", "broker", "broker-alarm"], ignoreOrder: true);
    }

    [Fact]
    public async Task Liveness_asks_no_part() =>
        (await api.Client.GetAsync("/health/live")).Json.GetProperty("parts").EnumerateObject().ShouldBeEmpty();

    [Fact]
    public async Task Readiness_asks_the_parts_that_are_needed() =>
        (await api.Client.GetAsync("/health/ready")).Json.GetProperty("parts").GetProperty("postgres").GetProperty("status").GetString().ShouldBe("healthy");
}
