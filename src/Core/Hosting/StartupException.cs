namespace Pipeline.Core.Hosting;

/// <summary>The process cannot work as it is configured. The message is one sentence for the operator, remedy included.</summary>
public sealed class StartupException : Exception
{
    public StartupException(string sentence)
        : base(sentence)
    {
    }

    public StartupException(string sentence, Exception cause)
        : base(sentence, cause)
    {
    }
}
