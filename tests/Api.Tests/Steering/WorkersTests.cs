using System.Text.Json;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Api.Tests.Steering;

public sealed class WorkersTests
{
    [Fact]
    public async Task A_drained_worker_takes_nothing_new_finishes_and_says_so()
    {
        await using var api = await SteeredApi.StartAsync();
        var running = await api.HoldAsync("hold 1");
        var worker = await WorkerAsync(api);
        (worker.GetProperty("state").GetString(), worker.GetProperty("running").GetInt32()).ShouldBe(("active", 1));
        worker.GetProperty("slots").GetProperty("emotion").GetInt32().ShouldBe(1);

        var path = $"/api/workers/{worker.GetProperty("id").GetString()}/drain";
        (await api.PutAsync(path)).State.ShouldBe("draining");
        (await WorkerAsync(api)).GetProperty("state").GetString().ShouldBe("draining");

        api.Worker!.Release("hold 1");
        (await api.FinishAsync(running)).State.ShouldBe("succeeded");
        await Eventually.TrueAsync(async () => (await WorkerAsync(api)).GetProperty("state").GetString() is "drained");
        var waiting = await api.SubmitAsync("b");
        (await api.FindAsync(waiting)).State.ShouldBe("queued");
        (await api.FindAsync(waiting)).Json.GetProperty("waiting_for").GetString().ShouldBe("workers");

        (await api.Operator.DeleteAsync(path)).State.ShouldBe("active");
        (await api.FinishAsync(waiting)).State.ShouldBe("succeeded");
    }

    [Fact]
    public async Task A_worker_that_does_not_live_cannot_be_drained()
    {
        await using var api = await SteeredApi.StartAsync(works: false);

        (await api.PutAsync($"/api/workers/{Guid.CreateVersion7()}/drain")).Status.ShouldBe(404);
        (await api.PutAsync("/api/workers/7/drain")).Status.ShouldBe(400);
    }

    private static async Task<JsonElement> WorkerAsync(SteeredApi api) =>
        (await api.Operator.GetAsync("/api/workers")).Json.GetProperty("workers").EnumerateArray().ShouldHaveSingleItem();
}
