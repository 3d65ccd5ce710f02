using Microsoft.Extensions.Configuration;
using Pipeline.Cli.Display;
using Spectre.Console;

namespace Pipeline.Cli;

/// <summary>What a command takes from its process; tests give their own.</summary>
internal sealed record CliEnvironment
{
    private const string ContentRootVariable = "ASPNETCORE_CONTENTROOT";

    /// <summary>Standard output: results only.</summary>
    public required IAnsiConsole Out { get; init; }

    /// <summary>Standard error: progress, notes and errors.</summary>
    public required IAnsiConsole Error { get; init; }

    /// <summary>Whether a person watches standard error, so that a progress line may rewrite itself.</summary>
    public required bool ErrorIsTerminal { get; init; }

    public required Func<string, string?> Variable { get; init; }

    /// <summary>Settings as a host of this folder reads them: its appsettings.json, then the environment.</summary>
    public required Func<IConfiguration> Settings { get; init; }

    /// <summary>Who of this machine gave the command.</summary>
    public required string User { get; init; }

    /// <summary>Standard input, for a yes or no; null where no person sits there.</summary>
    public required TextReader? Answers { get; init; }

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
            Settings = ReadSettings,
            User = Environment.UserName,
            Answers = Console.IsInputRedirected ? null : Console.In,
            Time = TimeProvider.System,
        };
    }

    private static IConfiguration ReadSettings() => new ConfigurationBuilder()
        .AddJsonFile(Path.GetFullPath("appsettings.json", Path.GetFullPath(Environment.GetEnvironmentVariable(ContentRootVariable) ?? ".")), optional: true)
        .AddEnvironmentVariables()
        .Build();
}
