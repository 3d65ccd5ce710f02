using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Extensions.Options;
using Pipeline.Core.Documents;
using Pipeline.DocumentReader;

namespace Pipeline.Api.Documents.Files;

/// <summary>
/// Reads one file in a process of its own, whose death is one unread file. It gets the file on standard input and an environment of
/// bounds alone: no setting, secret or address of this process.
/// </summary>
internal sealed class ReaderProcess(IOptions<ReaderProcessOptions> options, IOptions<DocumentOptions> documents, ILogger<ReaderProcess> log)
{
    private const int HeaderBytesMax = 8_192;
    private const int BytesOfMegabyte = 1_048_576;

    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, typeof(ReadingEnd).Assembly.GetName().Name + ".dll");

    // The runtime that runs this process lies in shared/Microsoft.NETCore.App/VERSION of what holds its host.
    private static readonly string Host = Path.GetFullPath(
        Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));

    /// <param name="file">From its beginning on.</param>
    public async Task<ProcessReading> ReadAsync(Stream file, CancellationToken cancellationToken)
    {
        using var bounds = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bounds.CancelAfter(options.Value.Timeout);
        using var process = Process.Start(StartInfo()) ?? throw new InvalidOperationException($"{Host} {Program} did not start.");
        var feeding = FeedAsync(process, file, bounds.Token);
        var failures = process.StandardError.BaseStream.CopyToAsync(Stream.Null, bounds.Token);
        try
        {
            var output = await OutputAsync(process, bounds.Token);
            await process.WaitForExitAsync(bounds.Token);
            return Read(process.ExitCode, output);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            log.ReaderTimedOut(options.Value.Timeout);
            return ProcessReading.TimedOut;
        }
        finally
        {
            End(process);

            // The file is its owner's again only once nothing reads it.
            await Task.WhenAll(feeding, failures).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private ProcessReading Read(int exitCode, byte[] output)
    {
        if ((ReadingEnd)exitCode is not ReadingEnd.Text)
        {
            if (Enum.IsDefined((ReadingEnd)exitCode))
            {
                return new((ReadingEnd)exitCode);
            }

            log.ReaderDied(exitCode);
            return ProcessReading.Died;
        }

        var text = Encoding.UTF8.GetString(output);
        var header = text.IndexOf('\n', StringComparison.Ordinal);
        return header > 0 && text[..header].Split(' ', 2) is [var format, var title]
            ? new(ReadingEnd.Text) { Format = format, Title = title.Length > 0 ? title : null, Text = text[(header + 1)..] }
            : ProcessReading.Died;
    }

    /// <summary>A reader that ends early closes its side; what it thought of the file its exit code says.</summary>
    private static async Task FeedAsync(Process process, Stream file, CancellationToken cancellationToken)
    {
        try
        {
            await file.CopyToAsync(process.StandardInput.BaseStream, cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
        }
    }

    /// <summary>A hostile file may have made anything of the reader: no more is taken from it than it was asked for.</summary>
    private async Task<byte[]> OutputAsync(Process process, CancellationToken cancellationToken)
    {
        using MemoryStream output = new();
        var chunk = new byte[16 * 1_024];
        int read;
        while ((read = await process.StandardOutput.BaseStream.ReadAsync(chunk, cancellationToken)) > 0)
        {
            if (output.Length + read > documents.Value.BytesMax + HeaderBytesMax)
            {
                End(process);
                break;
            }

            output.Write(chunk, 0, read);
        }

        return output.ToArray();
    }

    private static void End(Process process)
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

    private ProcessStartInfo StartInfo()
    {
        ProcessStartInfo start = new(Host)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        start.ArgumentList.Add(Program);
        start.ArgumentList.Add(documents.Value.BytesMax.ToString(CultureInfo.InvariantCulture));
        start.ArgumentList.Add(options.Value.UnpackedBytesMax.ToString(CultureInfo.InvariantCulture));

        // Twice the time that it has: both count upwards, and only a process that nobody ends any more reaches this one.
        start.ArgumentList.Add(((int)Math.Ceiling(options.Value.Timeout.TotalSeconds * 2)).ToString(CultureInfo.InvariantCulture));
        start.Environment.Clear();
        start.Environment["DOTNET_GCHeapHardLimit"] = string.Create(CultureInfo.InvariantCulture, $"0x{(long)options.Value.MemoryMegabytesMax * BytesOfMegabyte:X}");
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1";
        return start;
    }
}

/// <summary>What a process made of a file.</summary>
/// <param name="End">Null where it did not come to one.</param>
internal sealed record ProcessReading(ReadingEnd? End)
{
    public static readonly ProcessReading Died = new((ReadingEnd?)null);
    public static readonly ProcessReading TimedOut = new((ReadingEnd?)null) { IsLate = true };

    public bool IsLate { get; private init; }

    public string Format { get; init; } = "";

    public string? Title { get; init; }

    public string Text { get; init; } = "";
}
