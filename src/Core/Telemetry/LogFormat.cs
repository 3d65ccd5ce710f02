using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Console;

namespace Pipeline.Core.Telemetry;

/// <summary>One JSON object a line where nobody reads along: in files, containers and journals. <c>Logging:Console:FormatterName</c> says otherwise.</summary>
internal static class LogFormat
{
    private const string Chosen = "Logging:Console:FormatterName";

    public static void AddLogFormat(this IHostApplicationBuilder host, bool isRedirected)
    {
        if (!isRedirected || !string.IsNullOrEmpty(host.Configuration[Chosen]))
        {
            return;
        }

        // The host has added the console and its formatters already, or wants none.
        host.Services.Configure<ConsoleLoggerOptions>(console => console.FormatterName = ConsoleFormatterNames.Json);
        host.Services.Configure<JsonConsoleFormatterOptions>(json =>
        {
            json.UseUtcTimestamp = true;
            json.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
        });
    }
}
