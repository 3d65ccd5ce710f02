namespace Pipeline.Api.Batches;

/// <summary>Whether an answer goes on with what follows, between the pages of a batch that still runs.</summary>
/// <param name="atMost">How long the client waits, from now on; null for what is there.</param>
/// <param name="ended">The client has left, or the host stops.</param>
internal sealed class PageWait(TimeSpan? atMost, TimeProvider time, CancellationToken ended)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly long _started = time.GetTimestamp();

    /// <summary>False when the client has waited as long as it wanted, or the host stops: it goes on from its last cursor.</summary>
    public async Task<bool> PauseAsync()
    {
        if (atMost is not { } limit || time.GetElapsedTime(_started) >= limit)
        {
            return false;
        }

        try
        {
            await Task.Delay(Pause, time, ended);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
