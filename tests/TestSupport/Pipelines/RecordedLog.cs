using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Pipeline.Core.Hosting;

namespace Pipeline.TestSupport.Pipelines;

/// <summary>What a pipeline wrote into its log, from information on.</summary>
public sealed class RecordedLog : ILoggerProvider
{
    private readonly ConcurrentQueue<(LogLevel Level, string Text)> _lines = new();

    /// <summary>Every line, in order; those with an exception have its text at the end.</summary>
    public IReadOnlyList<(LogLevel Level, string Text)> Lines => [.. _lines];

    /// <summary>How many lines have the text in them.</summary>
    public int Count(string text) => _lines.Count(line => line.Text.Contains(text, StringComparison.Ordinal));

    /// <summary>From now on the host writes here as well.</summary>
    public void Record(PipelineBuilder roles)
    {
        roles.Services.RemoveAll<ILoggerProvider>(); // The console has no use for it.
        roles.Services.AddSingleton<ILoggerProvider>(this);
        roles.Services.Configure<LoggerFilterOptions>(options => options.MinLevel = LogLevel.Information);
    }

    public ILogger CreateLogger(string categoryName) => new Recorder(_lines, categoryName);

    public void Dispose()
    {
    }

    private sealed class Recorder(ConcurrentQueue<(LogLevel, string)> lines, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue((logLevel, $"{category}: {formatter(state, exception)} {exception}".TrimEnd()));
    }
}
