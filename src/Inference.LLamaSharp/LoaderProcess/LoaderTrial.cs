using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Pipeline.Confined;
using Pipeline.Inference.Gguf;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.LLamaSharp.LoaderProcess;

/// <summary>Loads one file in a process of its own, whose end is what this one learns of the file.</summary>
internal sealed class LoaderTrial(LoaderProcessOptions options)
{
    private const string Again = "Copy or download the file again, or convert it again.";
    private const int BytesOfMegabyte = 1_048_576;
    private const int ManagedMegabytes = 512;
    private const int MemoryMegabytes = 1_024;
    private const long BytesInTimeout = 1L << 30;
    private const double TimeoutsPerFurtherGiB = 0.5;
    private const int OutputBytesMax = 65_536;

    /// <exception cref="ModelLoadException">The file is unfit, or no process could be started for it; the message says which.</exception>
    public async Task TryAsync(string path, ModelParameters parameters, CancellationToken cancellationToken)
    {
        long bytes = FilesOf(path, parameters).Sum(file => new FileInfo(file).Length);
        TimeSpan timeout = TimeoutOf(bytes);
        TrialRequest request = new(
            path, parameters with { GpuLayers = 0 }, ulong.Parse(ConfinedProcess.CpuSecondsMax(timeout), CultureInfo.InvariantCulture), (ulong)MemoryBytesOf(bytes));
        using var bounds = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bounds.CancelAfter(timeout);
        using Process process = Start(request);
        Task<byte[]> errors = ReadAsync(process, process.StandardError);
        Task<byte[]> output = ReadAsync(process, process.StandardOutput);
        try
        {
            await process.WaitForExitAsync(bounds.Token);
        }
        catch (OperationCanceledException)
        {
            ConfinedProcess.End(process);
            cancellationToken.ThrowIfCancellationRequested();
            throw new ModelLoadException(
                $"{path} cannot be loaded: a process that tried it had not finished after {timeout.TotalSeconds:0.#} s, while {Stage(Lines(await output)) ?? "it started"}.",
                $"{Again} Raise {LoaderProcessOptions.Section}:{nameof(LoaderProcessOptions.Timeout)} ({options.Timeout}) if the disk is slow.")
            { IsRefusal = true, MayPass = true };
        }

        if (process.ExitCode is not (int)TrialEnd.Loaded)
        {
            throw Reason(request, process.ExitCode, Lines(await output), Lines(await errors));
        }
    }

    /// <summary>Every file that decides how a load ends.</summary>
    public static IReadOnlyList<string> FilesOf(string path, ModelParameters parameters) => [.. GgufParts.Of(path), .. parameters.Adapters.Select(adapter => adapter.Path)];

    /// <summary>Of memory that the system has to have, mapped files not counted.</summary>
    public long MemoryBytesOf(long fileBytes) => options.MemoryMegabytesMax is { } megabytes ? (long)megabytes * BytesOfMegabyte : ((long)MemoryMegabytes * BytesOfMegabyte) + (2 * fileBytes);

    private TimeSpan TimeoutOf(long fileBytes) => options.Timeout * (1 + (TimeoutsPerFurtherGiB * Math.Max(0, fileBytes - BytesInTimeout) / BytesInTimeout));

    private static Process Start(TrialRequest request)
    {
        // Where the system finds the libraries that llama.cpp's are linked with.
        IEnumerable<KeyValuePair<string, string>> environment =
            Environment.GetEnvironmentVariable("LD_LIBRARY_PATH") is { } libraries ? [new("LD_LIBRARY_PATH", libraries)] : [];
        try
        {
            return ConfinedProcess.Start(typeof(TrialProgram).Assembly, ManagedMegabytes, request.ToArguments(), environment);
        }
        catch (Win32Exception exception)
        {
            throw new ModelLoadException($"The process that tries model files cannot be started: {exception.Message}.", Remedy(), exception);
        }
    }

    private static Task<byte[]> ReadAsync(Process process, StreamReader from) => ConfinedProcess.ReadAsync(process, from.BaseStream, OutputBytesMax, CancellationToken.None);

    private static ModelLoadException Reason(TrialRequest request, int exitCode, string[] output, string[] errors)
    {
        string memory = TrialWords.AreOfMemory([.. output, .. errors])
            ? $" It may take {request.DataBytesMax / BytesOfMegabyte} MiB there: {LoaderProcessOptions.Section}:{nameof(LoaderProcessOptions.MemoryMegabytesMax)}." : "";
        if (exitCode is (int)TrialEnd.Refused && output is [.., var problem, var remedy])
        {
            return new(problem, remedy + memory) { IsRefusal = true };
        }

        string end = TrialSignals.Name(exitCode) is { } signal ? $"was ended by {signal}" : $"ended with code {exitCode}";
        string said = TrialWords.Choose(errors) is { } words ? $" ({words})" : "";
        return Stage(output) is { } stage
            ? new($"{request.Path} cannot be loaded: a process that tried it {end} while {stage}{said}.", Again + memory) { IsRefusal = true, MayPass = TrialSignals.IsOfMemory(exitCode) }
            : new($"The process that tries model files {end} before it came to one{said}.", Remedy());
    }

    private static string? Stage(string[] output) => output is [.., var last] ? last : null;

    private static string[] Lines(byte[] output) =>
        [.. Encoding.UTF8.GetString(output).Split('\n').Select(line => new string([.. line.Where(c => !char.IsControl(c))]).Trim()).Where(line => line.Length > 0)];

    private static string Remedy() => $"{LoaderProcessOptions.Section}:{nameof(LoaderProcessOptions.Enabled)}=false loads them untried.";
}
