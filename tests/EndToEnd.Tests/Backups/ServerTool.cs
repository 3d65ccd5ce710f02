using System.Diagnostics;
using Npgsql;
using Pipeline.TestSupport.Pipelines;

namespace Pipeline.EndToEnd.Tests.Backups;

/// <summary>PostgreSQL's own programs, as an operator calls them.</summary>
internal static class ServerTool
{
    public static async Task RunAsync(string program, string connectionString, params string[] arguments)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString);
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["PGHOST"] = connection.Host,
                ["PGPORT"] = $"{connection.Port}",
                ["PGUSER"] = connection.Username,
                ["PGPASSWORD"] = connection.Password,
                ["PGDATABASE"] = connection.Database,
            },
        };
        using var tool = Process.Start(start) ?? throw new InvalidOperationException($"{program} is not installed; ./test brings it.");
        var (output, errors) = (tool.StandardOutput.ReadToEndAsync(), tool.StandardError.ReadToEndAsync());
        using var patience = Patience.Begin();
        await tool.WaitForExitAsync(patience.Token);
        tool.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}: {await output}{await errors}");
    }
}
