using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Inference.Hardware;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.LLamaSharp.LoaderProcess;

/// <summary>
/// Lets a process of its own load each file first, and remembers what became of it until a file changes: one that ends native code ends
/// that process and not this one. A swap or a reload of a file that was loaded well costs nothing.
/// </summary>
[SuppressMessage("Performance", "CA1812", Justification = "Made by the container.")]
internal sealed partial class TriedModelLoader(
    LLamaSharpModelLoader loader, IOptions<LoaderProcessOptions> options, TimeProvider time, ILogger<TriedModelLoader> logger, IHostApplicationLifetime? lifetime = null) : IModelLoader
{
    // More files than anybody moves names to; whoever does has them tried again.
    private const int VerdictsMax = 1_000;

    private static readonly TimeSpan PassingTime = TimeSpan.FromMinutes(10);

    private readonly LoaderTrial _trial = new(options.Value);
    private readonly ConcurrentDictionary<string, Verdict> _verdicts = new(StringComparer.Ordinal);

    /// <summary>How many files were tried.</summary>
    public int Trials { get; private set; }

    public IReadOnlyList<Accelerator> FindAccelerators() => loader.FindAccelerators();

    public ILanguageModel Load(string path, ModelParameters parameters)
    {
        if (options.Value.Enabled && CanTry(path, parameters))
        {
            Try(path, parameters);
        }

        return loader.Load(path, parameters);
    }

    private void Try(string path, ModelParameters parameters)
    {
        string files = Stamp(path, parameters);
        string key = $"{parameters.IsForEmbeddings} {path} {string.Join(' ', parameters.Adapters.Select(adapter => adapter.Path))}";
        if (!_verdicts.TryGetValue(key, out Verdict? verdict) || verdict.Files != files || (verdict.Reason is { MayPass: true } && time.GetElapsedTime(verdict.At) > PassingTime))
        {
            verdict = new(files, Judge(path, parameters), time.GetTimestamp());
            if (_verdicts.Count >= VerdictsMax)
            {
                _verdicts.Clear();
            }

            _verdicts[key] = verdict;
        }

        if (verdict.Reason is { } reason)
        {
            throw new ModelLoadException(reason.Problem, reason.Remedy, reason) { IsRefusal = true };
        }
    }

    /// <summary>Blocks, as loading does: both have a thread of their own.</summary>
    /// <returns>Null where it was loaded well.</returns>
    private ModelLoadException? Judge(string path, ModelParameters parameters)
    {
        long start = time.GetTimestamp();
        Trials++;
        try
        {
            // A host that stops does not wait for a file that hangs.
            _trial.TryAsync(path, parameters, lifetime?.ApplicationStopping ?? CancellationToken.None).GetAwaiter().GetResult();
            LogLoaded(path, time.GetElapsedTime(start).TotalSeconds);
            return null;
        }
        catch (ModelLoadException exception) when (exception.IsRefusal)
        {
            LogRefused(path, time.GetElapsedTime(start).TotalSeconds, exception.Problem);
            return exception;
        }
        catch (OperationCanceledException exception)
        {
            throw new InferenceException("The worker stops, and tries no file any more. Send the request to another one.", exception);
        }
    }

    /// <summary>A model for a GPU may be larger than the main memory that a trial on the CPU takes.</summary>
    private bool CanTry(string path, ModelParameters parameters)
    {
        IReadOnlyList<string> files = LoaderTrial.FilesOf(path, parameters);
        if (!files.All(File.Exists))
        {
            return false; // What is missing, the library says.
        }

        long needed = _trial.MemoryBytesOf(files.Sum(file => new FileInfo(file).Length));
        if (parameters.GpuLayers is 0 || needed <= MachineReader.Read().MemoryAvailableBytes)
        {
            return true;
        }

        LogUntried(path);
        return false;
    }

    private static string Stamp(string path, ModelParameters parameters) =>
        string.Join(' ', LoaderTrial.FilesOf(path, parameters).Select(file => new FileInfo(file)).Select(file => $"{file.Length}:{file.LastWriteTimeUtc.Ticks}"));

    [LoggerMessage(3211, LogLevel.Information, "A process of its own has loaded {Path} well in {Seconds:F1} s")]
    private partial void LogLoaded(string path, double seconds);

    [LoggerMessage(3212, LogLevel.Error, "{Path} is refused after {Seconds:F1} s in a process of its own: {Reason}")]
    private partial void LogRefused(string path, double seconds, string reason);

    [LoggerMessage(3213, LogLevel.Warning, "{Path} is loaded untried: it goes to a GPU, and there is not enough main memory to try it")]
    private partial void LogUntried(string path);

    /// <param name="Files">Length and time of change of each.</param>
    /// <param name="Reason">Null: it was loaded well.</param>
    /// <param name="At">Timestamp.</param>
    private sealed record Verdict(string Files, ModelLoadException? Reason, long At);
}
