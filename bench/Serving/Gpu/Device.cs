using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using Pipeline.Bench.Measuring;
using Pipeline.Inference.LLamaSharp;
using Pipeline.Inference.Models;

namespace Pipeline.Bench.Serving.Gpu;

/// <summary>Where models run, and why not where that is nowhere.</summary>
/// <param name="Accelerators">As the library reports them; none where the CPU stands in for one.</param>
internal sealed record Device(IReadOnlyList<Accelerator> Accelerators)
{
    private const string LibraryRemedy =
        "Build with Gpu=cuda12 in the environment where LLamaSharp.Backend.Cuda12 is to be had, or give --backend-library FILE, a ggml backend of a compatible llama.cpp.";

    public bool IsCpu => Accelerators.Count == 0;

    /// <summary>As many as any model has, so that one that does not fit fails instead of staying on the CPU in part.</summary>
    public int Layers => IsCpu ? 0 : 999;

    public long MemoryTotalBytes => Accelerators.Sum(gpu => gpu.MemoryTotalBytes);

    /// <exception cref="BenchException">There is no GPU, or nothing here that computes on it.</exception>
    public static Device Find(LLamaSharpModelLoader loader, bool onCpu, string? backendLibrary)
    {
        if (onCpu)
        {
            return new([]);
        }

        string? driver = Driver();
        if (backendLibrary is null && driver is null)
        {
            throw new BenchException("There is no GPU: this machine has neither /dev/nvidiactl, /dev/kfd nor /dev/dxg. Run it where there is one, or with --device cpu, which shows only that the benchmark works.");
        }

        IReadOnlyList<Accelerator> found = loader.FindAccelerators(); // Refuses a backend library that is missing or does not fit.
        return found.Count > 0 ? new(found)
            : backendLibrary is not null ? throw new BenchException($"{backendLibrary} is loaded and finds no GPU{(driver is null ? "" : $", although there is {driver}")}. Look whether the driver and the runtime libraries that it needs are installed.")
            : throw new BenchException($"There is a GPU ({driver}), and llama.cpp's library here has no backend for it. {LibraryRemedy}");
    }

    private static string? Driver() => Array.Find(["/dev/nvidiactl", "/dev/kfd", "/dev/dxg"], File.Exists);
}

/// <summary>Reads out of llama.cpp's log what it says nowhere else: how many layers it put on the device.</summary>
internal sealed partial class OffloadLog : ILoggerFactory, ILogger
{
    /// <summary>Of the model that was loaded last: layers on the device, and all of them; null before.</summary>
    public (int OnDevice, int All)? Layers { get; private set; }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (Offloaded().Match(formatter(state, exception)) is { Success: true } match)
        {
            Layers = (int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture), int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture));
        }
    }

    public void Dispose()
    {
    }

    [GeneratedRegex(@"offloaded (\d+)/(\d+) layers")]
    private static partial Regex Offloaded();
}
