using Pipeline.Core.Jobs;
using Pipeline.Core.Postgres;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.Hosting;

/// <summary>What an API stores and compares is by the database's clock.</summary>
public sealed class WrongClockTests : IAsyncLifetime
{
    private readonly ScriptedEmotion _worker = new();
    private PostgresDatabase? _database;

    public async ValueTask InitializeAsync() => _database = await PostgresDatabase.CreateAsync();

    public ValueTask DisposeAsync() => _database!.DisposeAsync();

    [Theory]
    [InlineData(40)]
    [InlineData(-40)]
    public async Task Ids_deadlines_batches_and_erasure_do_not_depend_on_the_machines_clock(int days)
    {
        await using var api = await ApiHost.StartAsync(_database!.ConnectionString, _worker, new DatabaseClock(new ShiftedTime(TimeSpan.FromDays(days))));
        var client = api.Client();
        var inAnHour = TimeProvider.System.GetUtcNow().AddHours(1);

        var job = await client.PostAsync("/api/emotion", $$"""{"text":"a","user":"u","deadline":"{{inAnHour:O}}","expires_at":"{{inAnHour:O}}"}""", ("Prefer", "wait=30"));
        var batch = await client.PostLinesAsync("/api/jobs/batch?kind=emotion", ["""{"text":"b"}""", """{"text":"c"}"""]);
        await Eventually.TrueAsync(async () => (await client.GetAsync($"/api/batches/{batch.Id}")).Json.GetProperty("counts").GetProperty("succeeded").GetInt32() is 2);

        job.Status.ShouldBe(200);
        JobDays.TimeOf(Guid.Parse(job.Id)).ShouldBe(TimeProvider.System.GetUtcNow(), TimeSpan.FromMinutes(2));
        (await client.GetAsync($"/api/jobs?batch={batch.Id}")).Json.GetProperty("jobs").GetArrayLength().ShouldBe(2);

        (await client.DeleteAsync("/api/users/u")).Status.ShouldBe(202);
        await Eventually.TrueAsync(async () => (await client.GetAsync($"/api/jobs/{job.Id}")).Status is 404);

        var clock = (await client.GetAsync("/health")).Json.GetProperty("parts").GetProperty("clock");
        clock.GetProperty("status").GetString().ShouldBe("degraded");
        clock.GetProperty("reason").GetString()!.ShouldContain(days > 0 ? "ahead of PostgreSQL's" : "behind PostgreSQL's");
    }
}
