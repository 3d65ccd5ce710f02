using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Pipeline.Confined;

/// <summary>
/// Starts a program that lies beside this one, on the same runtime, for one file that comes from somewhere: its death is that file's
/// affair. Its environment has bounds alone: no setting, secret or address of this process. The program calls <see cref="Confinement"/>.
/// </summary>
public static class ConfinedProcess
{
    private const int BytesOfMegabyte = 1_048_576;

    // The runtime that runs this process lies in shared/Microsoft.NETCore.App/VERSION of what holds its host.
    private static readonly string Host = Path.GetFullPath(
        Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    /// <summary>With all three streams redirected.</summary>
    /// <param name="program">An executable of .NET in the folder of this one.</param>
    /// <param name="memoryMegabytesMax">Of its managed heap.</param>
    /// <param name="environment">What it gets beside the bounds.</param>
    /// <exception cref="System.ComponentModel.Win32Exception">The system starts no process.</exception>
    public static Process Start(
        Assembly program, int memoryMegabytesMax, IEnumerable<string> arguments, params IEnumerable<KeyValuePair<string, string>> environment)
    {
        ProcessStartInfo start = new(Host)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, program.GetName().Name + ".dll"));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Clear();
        start.Environment["DOTNET_GCHeapHardLimit"] = string.Create(CultureInfo.InvariantCulture, $"0x{(long)memoryMegabytesMax * BytesOfMegabyte:X}");
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1";
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException($"{Host} {start.ArgumentList[0]} did not start.");
    }

    /// <summary>Twice the time that a process has: CPU counts upwards like it, and only a process that nobody ends any more reaches this bound.</summary>
    public static string CpuSecondsMax(TimeSpan timeout) => ((int)Math.Ceiling(timeout.TotalSeconds * 2)).ToString(CultureInfo.InvariantCulture);

    /// <summary>A hostile file may have made anything of the process: what it says beyond the bound ends it.</summary>
    public static async Task<byte[]> ReadAsync(Process process, Stream output, long bytesMax, CancellationToken cancellationToken)
    {
        using MemoryStream said = new();
        var chunk = new byte[16 * 1_024];
        int read;
        while ((read = await output.ReadAsync(chunk, cancellationToken)) > 0)
        {
            if (said.Length + read > bytesMax)
            {
                End(process);
                break;
            }

            said.Write(chunk, 0, read);
        }

        return said.ToArray();
    }

    public static void End(Process process)
    {
        try
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself in between.
        }
    }
}
