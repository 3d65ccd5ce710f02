using System.Diagnostics;
using System.Threading.Channels;

namespace Pipeline.Core.Intake;

/// <summary>
/// Turns many concurrent requests into few transactions. A request that finds a committer idle is committed at once, alone;
/// those that arrive while commits are in flight form the next group. So nothing waits for company, and the busier it gets
/// the fewer fsyncs a request costs.
/// </summary>
/// <typeparam name="TRequest">What to write.</typeparam>
/// <typeparam name="TReply">What the writer tells the requester, after the commit.</typeparam>
public sealed class GroupCommit<TRequest, TReply> : IAsyncDisposable
{
    private readonly Func<IReadOnlyList<TRequest>, CancellationToken, Task<IReadOnlyList<TReply>>> _commit;
    private readonly Func<Exception, bool> _isOneRequests;
    private readonly Channel<Entry> _channel;
    private readonly int _groupMax;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _committers;

    /// <param name="commit">Writes a group in one transaction; replies in the order of the requests. Called from several loops at once.</param>
    /// <param name="isOneRequests">Whether a failure can be one request's fault, so that the others are worth a try on their own.</param>
    /// <param name="groupMax">Most requests in one transaction.</param>
    /// <param name="committers">Transactions in flight at once: while one waits for its fsync the next group forms.</param>
    public GroupCommit(
        Func<IReadOnlyList<TRequest>, CancellationToken, Task<IReadOnlyList<TReply>>> commit,
        Func<Exception, bool> isOneRequests,
        int groupMax,
        int committers)
    {
        _commit = commit;
        _isOneRequests = isOneRequests;
        _groupMax = groupMax;

        // Full means wait: the callers are HTTP requests and message consumers, which are bounded where they enter.
        _channel = Channel.CreateBounded<Entry>(new BoundedChannelOptions(groupMax * 2) { FullMode = BoundedChannelFullMode.Wait });
        _committers = Task.WhenAll(Enumerable.Range(0, committers).Select(_ => Task.Run(CommitGroupsAsync)));
    }

    /// <summary>Completes after the commit that holds the request.</summary>
    /// <remarks>Canceling stops the waiting; a request that was already taken into a group is committed all the same.</remarks>
    public async Task<TReply> SubmitAsync(TRequest request, CancellationToken cancellationToken)
    {
        var entry = new Entry(request);
        await _channel.Writer.WriteAsync(entry, cancellationToken);
        return await entry.Reply.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Commits what was submitted, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        _channel.Writer.TryComplete();

        // A server that is down would hold the last groups for ever.
        _stopping.CancelAfter(TimeSpan.FromSeconds(10));
        await _committers;
        _stopping.Dispose();
    }

    private async Task CommitGroupsAsync()
    {
        // Begun by whoever came first, and nothing of that one's trace.
        Activity.Current = null;
        var group = new List<Entry>(_groupMax);
        while (await _channel.Reader.WaitToReadAsync())
        {
            while (group.Count < _groupMax && _channel.Reader.TryRead(out var entry))
            {
                group.Add(entry);
            }

            if (group.Count > 0)
            {
                await CommitAsync(group);
                group.Clear();
            }
        }
    }

    private async Task CommitAsync(IReadOnlyList<Entry> group)
    {
        try
        {
            var replies = await _commit([.. group.Select(entry => entry.Request)], _stopping.Token);
            if (replies.Count != group.Count)
            {
                // Whose reply is missing cannot be told, and nothing is written twice to find out.
                Fail(group, new InvalidOperationException($"The commit of {group.Count} requests gave {replies.Count} replies."));
                return;
            }

            for (var i = 0; i < group.Count; i++)
            {
                group[i].Reply.TrySetResult(replies[i]);
            }
        }
        catch (Exception e) when (group.Count > 1 && _isOneRequests(e))
        {
            // One request that the server refuses must not fail its neighbours. Rare, so one by one is fine.
            foreach (var entry in group)
            {
                await CommitAsync([entry]);
            }
        }
        catch (Exception e)
        {
            Fail(group, e);
        }
    }

    private static void Fail(IReadOnlyList<Entry> group, Exception exception)
    {
        foreach (var entry in group)
        {
            entry.Reply.TrySetException(exception);
        }
    }

    private sealed record Entry(TRequest Request)
    {
        public TaskCompletionSource<TReply> Reply { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
