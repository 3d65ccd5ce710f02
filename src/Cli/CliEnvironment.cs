using Pipeline.Cli.Display;
using Spectre.Console;

namespace Pipeline.Cli;

/// <summary>What a command takes from its process; tests give their own.</summary>
internal sealed record CliEnvironment
{
    /// <summary>Standard output: results only.</summary>
    public required IAnsiConsole Out { get; init; }

    /// <summary>Standard error: progress, notes and errors.</summary>
    public required IAnsiConsole Error { get; init; }

    /// <summary>Whether a person watches standard error, so that a progress line may rewrite itself.</summary>
    public required bool ErrorIsTerminal { get; init; }

    public required Func<string, string?> Variable { get; init; }

    public required TimeProvider Time { get; init; }

    public static CliEnvironment OfProcess()
    {
        Console.OutputEncoding = new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        return new()
        {
            Out = Terminal.Open(Console.Out, Console.IsOutputRedirected, Environment.GetEnvironmentVariable),
            Error = Terminal.Open(Console.Error, Console.IsErrorRedirected, Environment.GetEnvironmentVariable),
            ErrorIsTerminal = !Console.IsErrorRedirected,
            Variable = Environment.GetEnvironmentVariable,
            Time = TimeProvider.System,
        };
    }
}
