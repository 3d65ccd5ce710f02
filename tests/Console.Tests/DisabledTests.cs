using Pipeline.TestSupport.Services;

namespace Pipeline.Console.Tests;

public sealed class DisabledTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task Without_the_console_the_root_leads_to_the_documentation()
    {
        await using var host = await ApiHost.StartAsync(database.ConnectionString, worker: null, ("Console:Enabled", "false"));
        using Visitor visitor = new(host.Address);

        (await visitor.GetAsync("/")).Location.ShouldBe("/docs");
        (await visitor.GetAsync("/jobs")).Status.ShouldBe(404);
        (await visitor.GetAsync("/raw/jobs")).Status.ShouldBe(404);
    }

    [Fact]
    public async Task Without_keys_nobody_logs_in_on_this_machine()
    {
        await using var host = await ApiHost.StartAsync(database.ConnectionString, new ScriptedEmotion());
        using Visitor visitor = new(host.Address);

        (await visitor.GetAsync("/")).Ok().Text.ShouldContain("local");
        (await visitor.CallAsync("/workers", "PUT /api/pauses/queue/chat")).Location.ShouldBe("/workers");
        using Visitor proxied = new(host.Address, ("X-Forwarded-For", "203.0.113.7"));
        (await proxied.GetAsync("/")).Status.ShouldBe(302);
    }
}
