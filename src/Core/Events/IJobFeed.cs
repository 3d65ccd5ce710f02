namespace Pipeline.Core.Events;

/// <summary>
/// Where a handler tells what can be seen of its job before it is done. Nothing here waits, fails or has to be there: text
/// is part of the result as well, and nobody needs to follow.
/// </summary>
public interface IJobFeed
{
    /// <summary>Appends to the text that the result will have as <see cref="Contracts.IStreamedResult.StreamedText"/>.</summary>
    void Write(string text);

    /// <param name="done">How much of the job is done, 0 to 1.</param>
    void Report(double done);
}

/// <summary>The feed of an attempt that nobody can follow.</summary>
internal sealed class SilentFeed : IJobFeed
{
    public static readonly SilentFeed Instance = new();

    public void Write(string text)
    {
    }

    public void Report(double done)
    {
    }
}
