using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pipeline.Api.Events;
using Pipeline.Api.Tests.Hosting;
using Pipeline.Contracts;
using Pipeline.Core.Jobs;
using Pipeline.Core.Subscriptions;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.Api.Tests.Events;

public sealed class KeepAliveTests(LocalApi api)
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task Updates_that_write_nothing_do_not_put_off_the_keep_alive()
    {
        var services = api.Host.Services;
        var subscription = services.GetRequiredService<JobSubscriptions>().Open(Guid.CreateVersion7(), isNew: true);
        var keepAlive = services.GetRequiredService<IOptions<ApiOptions>>().Value.StreamKeepAlive;
        JobUpdateReader reader = new(
            services.GetRequiredService<JobStore>(), services.GetRequiredService<JobCatalog>(), services.GetRequiredService<IHostApplicationLifetime>(),
            services.GetRequiredService<IOptions<ApiOptions>>(), _time);
        SseWriter sse = new(new DefaultHttpContext(), _time);
        await using var updates = reader.ReadAsync(subscription, Guid.Empty, default, sse, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        (await NextAsync()).ShouldBeOfType<JobUpdate.State>();

        // A chunk of OpenAI's has no place for what moves in the queue: such an update reaches its client as no byte.
        for (var i = 1; i <= 4; i++)
        {
            _time.Advance(keepAlive / 4);
            subscription.Observe(Waiting(subscription.JobId, i));
            (await NextAsync()).ShouldBeOfType<JobUpdate.State>();
        }

        (await NextAsync()).ShouldBeOfType<JobUpdate.Silence>();

        // From what is written on it is counted anew.
        sse.WriteKeepAlive();
        await sse.FlushAsync(TestContext.Current.CancellationToken);
        var next = NextAsync();
        _time.Advance(keepAlive - TimeSpan.FromMilliseconds(1));
        next.IsCompleted.ShouldBeFalse();
        _time.Advance(TimeSpan.FromMilliseconds(1));
        (await next).ShouldBeOfType<JobUpdate.Silence>();

        async Task<JobUpdate> NextAsync()
        {
            (await updates.MoveNextAsync().AsTask().WaitAsync(Patience.Limit, TimeProvider.System)).ShouldBeTrue();
            return updates.Current;
        }
    }

    private static Job Waiting(Guid id, int attempt) => new()
    {
        Id = id, ClientId = Guid.Empty, Kind = "chat", Queue = "chat", State = JobState.Queued, Attempt = attempt, Deaths = 0, CreatedAt = DateTimeOffset.UnixEpoch,
    };
}
