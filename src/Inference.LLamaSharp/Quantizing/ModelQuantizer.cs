using System.Globalization;
using System.Text.RegularExpressions;
using LLama.Native;
using Microsoft.Extensions.Logging;
using Pipeline.Inference.LLamaSharp.Native;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.LLamaSharp.Quantizing;

/// <summary>Writes a model with coarser weights, by llama.cpp's own quantiser.</summary>
public sealed partial class ModelQuantizer(ILoggerFactory loggers, TimeProvider time)
{
    // The library goes on between two lines of its log only; a large matrix takes seconds.
    private static readonly TimeSpan ParkingMax = TimeSpan.FromSeconds(1);

    private readonly ILogger _logger = loggers.CreateLogger("Pipeline.Inference.LLamaSharp");

    /// <summary>Quantises a file.</summary>
    /// <param name="source">A GGUF file, or the first of several; its header was read already.</param>
    /// <param name="target">Overwritten. After a failure or cancellation it is gone, as far as this process could delete it.</param>
    /// <param name="type">How weights are stored in the target.</param>
    /// <param name="threads">CPU threads.</param>
    /// <param name="requantizes">Takes weights that are quantised already.</param>
    /// <param name="onTensor">Called before each tensor, by another thread.</param>
    /// <param name="cancellationToken">
    /// The library cannot be stopped: its thread is parked at the next tensor, with all that it has allocated, until the process ends.
    /// </param>
    /// <exception cref="ModelLoadException">The library refused the file; the message has its reason.</exception>
    public async Task RunAsync(
        string source, string target, QuantizationType type, int threads, bool requantizes, Action<QuantizedTensor> onTensor, CancellationToken cancellationToken)
    {
        NativeRuntime.EnsureLoaded(backendLibrary: null, _logger);
        TaskCompletionSource parked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<string?> work = Task.Factory.StartNew(
            () => Quantize(source, target, Parameters(type, threads, requantizes), Listen), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            string? problem = await work.WaitAsync(cancellationToken);
            if (problem is not null)
            {
                File.Delete(target);
                throw new ModelLoadException($"llama.cpp cannot quantise {source}: {problem}.", "Take a GGUF model whose architecture the llama.cpp of LLamaSharp supports.");
            }
        }
        catch (OperationCanceledException)
        {
            File.Delete(target);
            await Task.WhenAny(parked.Task, work, Task.Delay(ParkingMax, time, CancellationToken.None)); // It may not have opened the file before.
            File.Delete(target);
            throw;
        }

        void Listen(string line)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                parked.TrySetResult();
                Park();
            }

            if (Tensor().Match(line) is { Success: true } match)
            {
                onTensor(new(Int(match.Groups[1]), Int(match.Groups[2]), match.Groups[3].Value));
            }
        }
    }

    /// <returns>Why it failed; null where it did not.</returns>
    private static string? Quantize(string source, string target, LLamaModelQuantizeParams parameters, Action<string> listener)
    {
        _ = NativeLog.TakeError();
        NativeLog.Listen(listener);
        try
        {
            return NativeApi.llama_model_quantize(source, target, ref parameters) is 0 ? null : NativeLog.TakeError() ?? "it gave no reason";
        }
        finally
        {
            NativeLog.Listen(null);
        }
    }

    private static LLamaModelQuantizeParams Parameters(QuantizationType type, int threads, bool requantizes)
    {
        var parameters = LLamaModelQuantizeParams.Default();
        parameters.ftype = (LLamaFtype)type.Number;
        parameters.nthread = threads;
        parameters.allow_requantize = requantizes;
        return parameters;
    }

    /// <summary>For good: an exception would pass through native code and end the process.</summary>
    private static void Park()
    {
        using ManualResetEventSlim never = new();
        never.Wait();
    }

    private static int Int(Group digits) => int.Parse(digits.ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^\[\s*(\d+)/\s*(\d+)\]\s+(\S+)")]
    private static partial Regex Tensor();
}

/// <param name="Number">From 1.</param>
/// <param name="Count">Of all tensors.</param>
/// <param name="Name">As in the file, such as "blk.0.attn_q.weight".</param>
public readonly record struct QuantizedTensor(int Number, int Count, string Name);
