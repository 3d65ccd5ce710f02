using System.Diagnostics;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;

namespace Examples.Translate.Tests;

/// <summary>The example, running on a database of its own.</summary>
public sealed class TranslateHost : IAsyncLifetime
{
    private readonly PostgresDatabase _database = new();
    private RoleProcess? _role;

    public HttpClient Http { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        var settings = await TestPipeline.SettingsAsync(_database);
        settings["Activity:TimeZone"] = "UTC";
        _role = await RoleProcess.StartReadyAsync(Path.Combine("examples", "Translate"), "Examples.Translate", settings);
        Http = new HttpClient { BaseAddress = _role.Address };
    }

    /// <summary>Runs what <c>./run eval translate --json</c> runs.</summary>
    public async Task<(int Code, string Output, string Errors)> EvaluateAsync(params string[] lines)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(file, lines);
            var start = new ProcessStartInfo(
                "dotnet", [RoleProcess.PathOf(Path.Combine("src", "Cli"), "Pipeline.Cli"), "eval", "translate", "--file", file, "--url", Http.BaseAddress!.ToString(), "--json"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var process = Process.Start(start)!;
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            return (process.ExitCode, await output, await errors);
        }
        finally
        {
            File.Delete(file);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _role!.DisposeAsync();
        await _database.DisposeAsync();
    }
}
