namespace Pipeline.Contracts;

/// <summary>A result that says what it took: it counts in the usage of its client, and in the client's share of the queue.</summary>
public interface IMeasuredResult
{
    string Model { get; }

    TokenUsage Usage { get; }
}
