using System.ComponentModel;
using System.Diagnostics;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Jobs.Sides;

/// <summary>Programs that others install.</summary>
internal static class Tool
{
    /// <summary>What the program prints.</summary>
    /// <param name="remedy">How to get it.</param>
    /// <exception cref="BenchException">It is not there, or lacks something.</exception>
    public static async Task<string> OutputAsync(string directory, string remedy, string[] command, CancellationToken cancellationToken)
    {
        ProcessStartInfo start = new(command[0], command[1..]) { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using Process process = Process.Start(start)!;
            Task<string> errors = process.StandardError.ReadToEndAsync(cancellationToken);
            string output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode is 0
                ? output.Trim()
                : throw new BenchException($"{command[0]} ended with exit code {process.ExitCode}. {(await errors).Trim().Split('\n')[^1]} {remedy}");
        }
        catch (Win32Exception)
        {
            throw new BenchException($"{command[0]} is not installed. {remedy}");
        }
    }
}
