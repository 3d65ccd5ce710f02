using Pipeline.Core.Hosting;

namespace Pipeline.Core.Tests.Hosting;

public sealed class AsyncAutoResetEventTests
{
    [Fact]
    public async Task Any_number_of_signals_wakes_once()
    {
        using var signal = new AsyncAutoResetEvent();
        signal.Set();
        signal.Set();

        await signal.WaitAsync(TestContext.Current.CancellationToken);

        signal.WaitAsync(TestContext.Current.CancellationToken).IsCompleted.ShouldBeFalse();
    }

    [Fact]
    public void A_signal_that_is_set_already_allocates_nothing_and_so_throws_nothing()
    {
        using var signal = new AsyncAutoResetEvent();
        signal.Set();
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1_000; i++)
        {
            signal.Set();
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }
}
