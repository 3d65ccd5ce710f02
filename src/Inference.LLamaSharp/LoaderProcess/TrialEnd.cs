namespace Pipeline.Inference.LLamaSharp.LoaderProcess;

/// <summary>How a trial ended that came to an end: the exit code of its process.</summary>
internal enum TrialEnd
{
    Loaded = 0,

    /// <summary>It was not told what to try.</summary>
    Misused = 1,

    /// <summary>The file was refused; the problem and what to change are the last two lines of standard output.</summary>
    Refused = 10,
}

/// <summary>What a process says on standard output as it comes there, so that its end can be told with where it was.</summary>
internal static class TrialStages
{
    /// <summary>It works so far: whatever ends it from here on is the file's doing.</summary>
    public const string Loading = "it was loaded";

    public const string Vocabulary = "its vocabulary was read";

    public const string Computing = "it computed";

    /// <summary>Followed by the path.</summary>
    public const string Adapter = "it was given the adapter ";
}
