using System.Diagnostics;
using Npgsql;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests.Backups;

/// <summary>PostgreSQL's own programs, as an operator calls them.</summary>
internal static class ServerTool
{
    public static Task RunAsync(string program, string connectionString, params string[] arguments)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString);
        return RunAsync(new ProcessStartInfo(program, arguments)
        {
            Environment =
            {
                ["PGHOST"] = connection.Host,
                ["PGPORT"] = $"{connection.Port}",
                ["PGUSER"] = connection.Username,
                ["PGPASSWORD"] = connection.Password,
                ["PGDATABASE"] = connection.Database,
            },
        });
    }

    /// <summary>The line of docs/operations.md that begins so, by PostgreSQL's user, whose folder it works in.</summary>
    public static Task RunDocumentedAsync(string beginning, PrivateServers servers)
    {
        var line = File.ReadLines(RepositoryFiles.Path("docs", "operations.md")).Single(line => line.StartsWith(beginning, StringComparison.Ordinal));
        var connection = new NpgsqlConnectionStringBuilder(servers.Addresses.Postgres);
        return RunAsync(new ProcessStartInfo(RepositoryFiles.Path("eng", "lib", "as-postgres.sh"), ["bash", "-c", $"cd \"$0\"; {line}", servers.PostgresFolder!])
        {
            Environment =
            {
                ["DATABASE_URL"] = $"postgresql://{connection.Username}:{connection.Password}@{connection.Host}:{connection.Port}/{connection.Database}",
                ["PGDATA"] = Path.Combine(servers.PostgresFolder!, "data"),
                ["PATH"] = $"{servers.PostgresPrograms}:{Environment.GetEnvironmentVariable("PATH")}",
            },
        });
    }

    private static async Task RunAsync(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        using var tool = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} is not installed; ./test brings it.");
        var (output, errors) = (tool.StandardOutput.ReadToEndAsync(), tool.StandardError.ReadToEndAsync());
        using var patience = Patience.Begin();
        await tool.WaitForExitAsync(patience.Token);
        tool.ExitCode.ShouldBe(0, $"{start.FileName} {string.Join(' ', start.ArgumentList)}: {await output}{await errors}");
    }
}
