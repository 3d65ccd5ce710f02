using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Hosting;

/// <summary>Runs a host. What an operator can mend is one sentence on standard error and exit code 1, not a stack trace.</summary>
public static class PipelineHost
{
    public static async Task<int> RunAsync(Func<IHost> build)
    {
        try
        {
            using var host = build();
            await host.RunAsync();
            return 0;
        }
        catch (Exception e) when (Sentence(e) is { } sentence)
        {
            await Console.Error.WriteLineAsync(sentence);
            return 1;
        }
    }

    /// <summary>Null for what is a bug, and deserves its stack trace.</summary>
    internal static string? Sentence(Exception exception) => exception switch
    {
        StartupException e => e.Message,
        OptionsValidationException e => string.Join(Environment.NewLine, e.Failures.Select(failure => $"Configuration section {Section(e)}: {failure}")),
        AggregateException e => e.InnerExceptions.Select(Sentence).FirstOrDefault(sentence => sentence is not null),
        IOException { InnerException: AddressInUseException } e => $"{e.Message} Stop the other program, or set Urls to a free port, for example Urls=http://127.0.0.1:8081.",
        SocketException { SocketErrorCode: SocketError.AccessDenied } e => $"{e.Message}. Ports below 1024 need privileges; set Urls to a higher one.",
        FileNotFoundException or DirectoryNotFoundException => $"What is needed to start is not there: {exception.Message.TrimEnd('.')}. If that is the content root, correct ASPNETCORE_CONTENTROOT or --contentRoot.",
        { InnerException: { } inner } when Sentence(inner) is { } sentence => sentence,

        // Not waited for here: only the first connection is, and whoever restarts this process waits as well.
        _ when TransientErrors.IsTransient(exception) => $"A server closed the connection while this process started: {exception.Message.TrimEnd('.')}. Start it again.",
        _ => null,
    };

    /// <summary>The section's name stands in a constant of each options class; a named one is a part of it.</summary>
    private static string Section(OptionsValidationException e)
    {
        var section = e.OptionsType.GetField("Section")?.GetRawConstantValue() as string ?? e.OptionsType.Name;
        return string.IsNullOrEmpty(e.OptionsName) ? section : $"{section}:{e.OptionsName}";
    }
}
