namespace Pipeline.Core.Subscriptions;

/// <summary>
/// Where a handler publishes what can be seen of its job before it is done. Nothing here waits, fails or is required: text is
/// part of the result as well, and a job need not have a subscriber.
/// </summary>
public interface IJobUpdates
{
    /// <summary>Appends to the text that the result will have as <see cref="Contracts.IStreamedResult.StreamedText"/>.</summary>
    void Write(string text);

    /// <param name="done">How much of the job is done, 0 to 1.</param>
    void Report(double done);
}

/// <summary>The updates of an attempt that nobody can subscribe to.</summary>
internal sealed class SilentUpdates : IJobUpdates
{
    public static readonly SilentUpdates Instance = new();

    public void Write(string text)
    {
    }

    public void Report(double done)
    {
    }
}
