using System.Diagnostics;
using Npgsql;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests.Backups;

/// <summary>PostgreSQL's own programs, as an operator calls them.</summary>
internal static class ServerTool
{
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

    /// <summary>The line of docs/operations.md that begins so, in a folder, against a database.</summary>
    /// <param name="beginning">Of the line.</param>
    /// <param name="database">The one that it names, or, for those that make one, has to have its name.</param>
    /// <param name="folder">Where it works.</param>
    /// <param name="more">What the comment beside it says to add.</param>
    public static Task RunDocumentedAsync(string beginning, string database, string folder, string more = "")
    {
        var line = File.ReadLines(RepositoryFiles.Path("docs", "operations.md")).Single(line => line.StartsWith(beginning, StringComparison.Ordinal)).Split('#')[0].TrimEnd();
        if (more.Length > 0)
        {
            line = line.Replace(" pipeline.dump", $" {more} pipeline.dump", StringComparison.Ordinal);
        }

        // The name that the page uses is one that others could have on this server.
        var connection = new NpgsqlConnectionStringBuilder(database);
        line = line.Replace("createdb pipeline", $"createdb {connection.Database}", StringComparison.Ordinal).Replace("--dbname=pipeline ", $"--dbname={connection.Database} ", StringComparison.Ordinal);
        return RunAsync(new ProcessStartInfo("bash", ["-c", line])
        {
            WorkingDirectory = folder,
            Environment =
            {
                ["DATABASE_URL"] = $"postgresql://{connection.Username}:{connection.Password}@{connection.Host}:{connection.Port}/{connection.Database}",
                ["PGHOST"] = connection.Host,
                ["PGPORT"] = $"{connection.Port}",
                ["PGUSER"] = connection.Username,
                ["PGPASSWORD"] = connection.Password,
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
