using Pipeline.Core.Hosting;

namespace Pipeline.Core.Tests.Hosting;

public sealed class ClientTurnsTests
{
    private static readonly Guid Greedy = Guid.CreateVersion7();
    private static readonly Guid Other = Guid.CreateVersion7();

    [Fact]
    public async Task A_client_with_much_to_do_leaves_the_last_place_to_others()
    {
        using ClientTurns turns = new(count: 3);
        TaskCompletionSource done = new();
        var begun = 0;
        var greedy = Enumerable.Range(0, 5).Select(_ => turns.UseAsync(Greedy, WorkAsync, TestContext.Current.CancellationToken)).ToArray();

        begun.ShouldBe(2);
        (await turns.UseAsync(Other, () => Task.FromResult(7), TestContext.Current.CancellationToken)).ShouldBe(7);

        done.SetResult();
        await Task.WhenAll(greedy);
        begun.ShouldBe(5);

        async Task<int> WorkAsync()
        {
            Interlocked.Increment(ref begun);
            await done.Task;
            return 0;
        }
    }

    [Fact]
    public async Task Whoever_leaves_while_it_waits_takes_no_place()
    {
        using ClientTurns turns = new(count: 1);
        using CancellationTokenSource left = new();
        TaskCompletionSource<int> done = new();
        var first = turns.UseAsync(Greedy, () => done.Task, TestContext.Current.CancellationToken);
        var second = turns.UseAsync(Greedy, () => Task.FromResult(2), left.Token);
        await left.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => second);
        done.SetResult(1);
        (await first).ShouldBe(1);
        (await turns.UseAsync(Greedy, () => Task.FromResult(3), TestContext.Current.CancellationToken)).ShouldBe(3);
    }
}
