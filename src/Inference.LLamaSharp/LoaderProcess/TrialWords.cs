namespace Pipeline.Inference.LLamaSharp.LoaderProcess;

/// <summary>What a process wrote to standard error before it died, as far as it says why.</summary>
internal static class TrialWords
{
    private const int LengthMax = 300;

    // What the libraries write last; the lines around it say what the process is.
    private static readonly string[] Telling = ["GGML_ASSERT", "GGML_ABORT", "what():", "Unhandled exception", "must install"];

    /// <summary>Whether memory was refused to it.</summary>
    public static bool AreOfMemory(string[] lines) => Array.Exists(lines, line => line.Contains("alloc", StringComparison.Ordinal) || line.Contains("OutOfMemory", StringComparison.Ordinal));

    /// <returns>One line, without the folders of whoever built the library; null where it said nothing.</returns>
    public static string? Choose(string[] lines)
    {
        string? line = lines.LastOrDefault(line => Telling.Any(word => line.Contains(word, StringComparison.Ordinal))) ?? lines.LastOrDefault();
        if (line is null)
        {
            return null;
        }

        // /home/runner/work/…/ggml.c:4123: GGML_ASSERT(…) failed
        if (line.StartsWith('/') && line.IndexOf(": ", StringComparison.Ordinal) is > 0 and var end)
        {
            line = line[(line.LastIndexOf('/', end) + 1)..];
        }

        return line.Length > LengthMax ? line[..LengthMax] + "…" : line;
    }
}

/// <summary>Signals as exit codes: 128 and their number.</summary>
internal static class TrialSignals
{
    private const int Base = 128;
    private const int Kill = 9;

    public static string? Name(int exitCode) => (exitCode - Base) switch
    {
        4 => "SIGILL",
        6 => "SIGABRT",
        7 => "SIGBUS",
        8 => "SIGFPE",
        Kill => "SIGKILL",
        11 => "SIGSEGV",
        24 => "SIGXCPU",
        31 => "SIGSYS",
        > 0 and < 65 and var other => $"signal {other}",
        _ => null,
    };

    /// <summary>Whether somebody else ended it: the kernel for memory, or an operator. Another time may be better.</summary>
    public static bool IsOfMemory(int exitCode) => exitCode is Base + Kill;
}
