namespace Pipeline.Bench.Jobs.Sides;

/// <summary>Somebody who answers chats word by word.</summary>
internal interface IChatSide : ISide
{
    /// <summary>Reads the whole answer; returns the milliseconds to its first text.</summary>
    Task<double> ChatAsync(string text, int tokens, CancellationToken cancellationToken);
}
