using System.Diagnostics;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Options;
using Pipeline.Confined;
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

    /// <param name="file">From its beginning on.</param>
    public async Task<ProcessReading> ReadAsync(Stream file, CancellationToken cancellationToken)
    {
        using var bounds = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bounds.CancelAfter(options.Value.Timeout);
        using var process = Start();
        var feeding = FeedAsync(process, file, bounds.Token);
        var failures = process.StandardError.BaseStream.CopyToAsync(Stream.Null, bounds.Token);
        try
        {
            var output = await ConfinedProcess.ReadAsync(process, process.StandardOutput.BaseStream, documents.Value.BytesMax + HeaderBytesMax, bounds.Token);
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
            ConfinedProcess.End(process);

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

    private Process Start() => ConfinedProcess.Start(
        typeof(ReadingEnd).Assembly,
        options.Value.MemoryMegabytesMax,
        [
            documents.Value.BytesMax.ToString(CultureInfo.InvariantCulture),
            options.Value.UnpackedBytesMax.ToString(CultureInfo.InvariantCulture),
            ConfinedProcess.CpuSecondsMax(options.Value.Timeout),
        ]);
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
