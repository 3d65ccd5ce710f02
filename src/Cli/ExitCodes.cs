namespace Pipeline.Cli;

internal static class ExitCodes
{
    public const int Success = 0;

    public const int Failure = 1;

    /// <summary>128 + SIGINT, as shells expect after Ctrl-C.</summary>
    public const int Interrupted = 130;
}
