using System.Collections.Concurrent;
using Pipeline.Core.Intake;

namespace Pipeline.Core.Tests.Intake;

public sealed class GroupCommitTests
{
    [Fact]
    public async Task A_lone_request_is_committed_at_once()
    {
        await using var commits = new GroupCommit<int, int>((group, _) => Task.FromResult<IReadOnlyList<int>>([.. group]), _ => true, groupMax: 100, committers: 1);

        (await commits.SubmitAsync(7, CancellationToken.None)).ShouldBe(7);
    }

    [Fact]
    public async Task Requests_that_arrive_during_a_commit_form_the_next_group()
    {
        var sizes = new ConcurrentQueue<int>();
        var first = new TaskCompletionSource();
        var entered = new TaskCompletionSource();
        await using var commits = new GroupCommit<int, int>(
            async (group, _) =>
            {
                sizes.Enqueue(group.Count);
                entered.TrySetResult();
                await first.Task;
                return [.. group.Select(request => request * 10)];
            },
            _ => true,
            groupMax: 100,
            committers: 1);

        var alone = commits.SubmitAsync(1, CancellationToken.None);
        await entered.Task;
        var others = Enumerable.Range(2, 9).Select(request => commits.SubmitAsync(request, CancellationToken.None)).ToArray();
        first.SetResult();

        (await alone).ShouldBe(10);
        (await Task.WhenAll(others)).ShouldBe(Enumerable.Range(2, 9).Select(request => request * 10));
        sizes.ShouldBe([1, 9]);
    }

    [Fact]
    public async Task A_group_never_has_more_requests_than_allowed()
    {
        var sizes = new ConcurrentQueue<int>();
        await using var commits = new GroupCommit<int, int>(
            (group, _) =>
            {
                sizes.Enqueue(group.Count);
                return Task.FromResult<IReadOnlyList<int>>([.. group]);
            },
            _ => true,
            groupMax: 8,
            committers: 2);

        var replies = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(request => commits.SubmitAsync(request, CancellationToken.None)));

        replies.ShouldBe(Enumerable.Range(0, 1_000));
        sizes.ShouldAllBe(size => size <= 8);
    }

    [Fact]
    public async Task A_request_that_cannot_be_committed_does_not_fail_its_neighbours()
    {
        var gate = new TaskCompletionSource();
        var entered = new TaskCompletionSource();
        await using var commits = new GroupCommit<int, int>(
            async (group, _) =>
            {
                entered.TrySetResult();
                await gate.Task;
                return group.Contains(13) ? throw new InvalidOperationException("unlucky") : [.. group];
            },
            _ => true,
            groupMax: 100,
            committers: 1);

        var blocker = commits.SubmitAsync(0, CancellationToken.None);
        await entered.Task;
        var good = commits.SubmitAsync(12, CancellationToken.None);
        var bad = commits.SubmitAsync(13, CancellationToken.None);
        gate.SetResult();

        await blocker;
        (await good).ShouldBe(12);
        (await Should.ThrowAsync<InvalidOperationException>(() => bad)).Message.ShouldBe("unlucky");
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public async Task A_commit_with_a_reply_too_few_or_too_many_fails_its_requests_and_the_next_group_is_committed(int difference)
    {
        var gate = new TaskCompletionSource();
        var entered = new TaskCompletionSource();
        var commits = new GroupCommit<int, int>(
            async (group, _) =>
            {
                entered.TrySetResult();
                await gate.Task;
                return [.. Enumerable.Repeat(7, group.Count > 1 ? group.Count + difference : 1)];
            },
            _ => true,
            groupMax: 100,
            committers: 1);

        var alone = commits.SubmitAsync(0, CancellationToken.None);
        await entered.Task;
        var others = Enumerable.Range(1, 3).Select(request => commits.SubmitAsync(request, CancellationToken.None)).ToArray();
        gate.SetResult();

        (await alone).ShouldBe(7);
        foreach (var other in others)
        {
            (await Should.ThrowAsync<InvalidOperationException>(() => other.WaitAsync(TimeSpan.FromSeconds(30)))).Message
                .ShouldBe($"The commit of 3 requests gave {3 + difference} replies.");
        }

        (await commits.SubmitAsync(4, CancellationToken.None)).ShouldBe(7);
        await commits.DisposeAsync();
    }

    [Fact]
    public async Task What_was_submitted_is_committed_before_the_end()
    {
        var committed = new ConcurrentBag<int>();
        var commits = new GroupCommit<int, int>(
            (group, _) =>
            {
                foreach (var request in group)
                {
                    committed.Add(request);
                }

                return Task.FromResult<IReadOnlyList<int>>([.. group]);
            },
            _ => true,
            groupMax: 10,
            committers: 2);
        var replies = Enumerable.Range(0, 100).Select(request => commits.SubmitAsync(request, CancellationToken.None)).ToArray();

        await Task.WhenAll(replies);
        await commits.DisposeAsync();

        committed.Count.ShouldBe(100);
    }

    [Fact]
    public async Task An_outage_fails_the_group_at_once_instead_of_being_tried_request_by_request()
    {
        var commits = 0;
        var gate = new TaskCompletionSource();
        var entered = new TaskCompletionSource();
        await using var group = new GroupCommit<int, int>(
            async (requests, _) =>
            {
                Interlocked.Increment(ref commits);
                entered.TrySetResult();
                await gate.Task;
                throw new TimeoutException("away");
            },
            e => e is not TimeoutException,
            groupMax: 100,
            committers: 1);

        var first = group.SubmitAsync(0, CancellationToken.None);
        await entered.Task;
        var others = Enumerable.Range(1, 50).Select(request => group.SubmitAsync(request, CancellationToken.None)).ToArray();
        gate.SetResult();

        await Should.ThrowAsync<TimeoutException>(() => first);
        await Should.ThrowAsync<TimeoutException>(() => Task.WhenAll(others));
        commits.ShouldBe(2);
    }
}
