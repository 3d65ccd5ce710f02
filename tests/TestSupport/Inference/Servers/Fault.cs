namespace Pipeline.TestSupport.Inference.Servers;

/// <summary>How a server misbehaves, until its <c>Fault</c> is set to null again.</summary>
public abstract record Fault
{
    private Fault()
    {
    }

    /// <summary>Answers every request with this status and body.</summary>
    public sealed record Refuses(int Status, string Body) : Fault;

    /// <summary>Never answers; the server's <c>Abandoned</c> ends when the client has hung up.</summary>
    public sealed record Hangs : Fault;

    /// <summary>Answers 200 with what is no JSON.</summary>
    public sealed record TalksNonsense : Fault;

    /// <summary>Streams this many pieces of text and closes the connection.</summary>
    public sealed record DropsAfter(int Pieces) : Fault;

    /// <summary>Streams this many pieces of text, then nothing, holding the connection.</summary>
    public sealed record HangsAfter(int Pieces) : Fault;
}
