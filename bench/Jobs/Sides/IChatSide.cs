namespace Pipeline.Bench.Jobs.Sides;

/// <summary>A side that streams answers to chats.</summary>
internal interface IChatSide : ISide
{
    /// <summary>Reads the whole answer; returns the milliseconds to its first text.</summary>
    Task<double> ChatAsync(string text, int tokens, CancellationToken cancellationToken);
}
