using System.Diagnostics;
using System.Numerics.Tensors;
using Pipeline.Inference.Decoding;
using Pipeline.Inference.Gguf;
using Pipeline.Inference.Hardware;
using Pipeline.Inference.Models;
using Pipeline.Inference.Residence;

namespace Pipeline.Inference.Measuring;

/// <summary>A model that is loaded to be measured, in plain loops over its decoder: what the engine could reach at most.</summary>
public sealed class MeasuredModel : IDisposable
{
    private const int ShortPrompt = 16;

    // Both languages that the prompts of kinds are written in; control tokens would end texts.
    private const string Filler = "The model reads this text to show how fast it reads. 모델은 이 글을 읽으면서 얼마나 빨리 읽는지 보여 줍니다. ";

    private readonly ModelPlan _plan;

    private MeasuredModel(ILanguageModel model, ModelPlan plan) => (Model, _plan) = (model, plan);

    /// <summary>What its header says.</summary>
    public GgufFile File => _plan.File;

    /// <summary>Facts of the loaded model.</summary>
    public ModelInfo Info => Model.Info;

    internal ILanguageModel Model { get; }

    internal int Threads => _plan.Threads;

    /// <summary>Loads a model and measures it; blocks for as long as that takes.</summary>
    /// <param name="options">Threads, GPU layers, memory map and the check of memory count.</param>
    /// <exception cref="ModelLoadException">The file or the memory is unsuitable.</exception>
    public static (MeasuredModel Model, ModelSpeed Speed) Open(string path, IModelLoader loader, InferenceOptions options, SpeedPlan speed, CancellationToken cancellationToken)
    {
        string full = Path.GetFullPath(path);
        IReadOnlyList<Accelerator> accelerators = loader.FindAccelerators();
        GgufFile file = GgufReader.Read(full);
        SpeedPlan fitting = speed with { PromptTokens = Math.Max(ShortPrompt, Math.Min(speed.PromptTokens, (file.ContextTokens ?? int.MaxValue) / 2)) };
        int context = Math.Max(fitting.PromptTokens, SpeedPlan.Sequences.Max() * (ShortPrompt + fitting.AnswerTokens));
        ModelPlan plan = ModelPlan.Of(full, context, options, accelerators);
        if (options.CheckMemory)
        {
            HardwarePlan.CheckMemory(full, plan.File, plan.Limits with { OutputsMax = SpeedPlan.Sequences.Max() }, plan.GpuLayers, MachineReader.Read());
        }

        long gpuFree = accelerators.Sum(gpu => gpu.MemoryFreeBytes);
        long before = ResidentBytes();
        long start = Stopwatch.GetTimestamp();
        MeasuredModel measured = new(loader.Load(full, new(plan.GpuLayers, options.UseMemoryMap)), plan);
        try
        {
            return (measured, measured.Measure(fitting, start, before, () => plan.GpuLayers is 0 ? null : gpuFree - loader.FindAccelerators().Sum(gpu => gpu.MemoryFreeBytes), cancellationToken));
        }
        catch
        {
            measured.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();

    internal IDecoder CreateDecoder(int contextTokens, int sequences, int outputs) => Model.CreateDecoder(new(
        new(contextTokens, Math.Min(contextTokens, Math.Max(_plan.Limits.BatchTokens, outputs)), sequences, outputs), _plan.Threads));

    private ModelSpeed Measure(SpeedPlan plan, long start, long residentBefore, Func<long?> gpuBytes, CancellationToken cancellationToken)
    {
        int[] text = Text(plan.PromptTokens);
        using (IDecoder first = CreateDecoder(ShortPrompt, sequences: 1, outputs: 1))
        {
            Read(first, text.AsSpan(0, 1), sequence: 0, cancellationToken);
        }

        TimeSpan load = Stopwatch.GetElapsedTime(start);
        (double prefill, long resident, long? gpu) = MeasurePrefill(plan, text, gpuBytes, cancellationToken);
        List<DecodeSpeed> decode = [];
        foreach (int sequences in SpeedPlan.Sequences)
        {
            using IDecoder decoder = CreateDecoder(sequences * (ShortPrompt + plan.AnswerTokens), sequences, sequences);
            decode.Add(new(sequences, Median(plan.Rounds, () => MeasureDecode(decoder, sequences, plan.AnswerTokens, cancellationToken))));
            resident = Math.Max(resident, ResidentBytes());
            gpu = Math.Max(gpu ?? 0, gpuBytes() ?? 0);
        }

        return new()
        {
            LoadSeconds = load.TotalSeconds,
            MemoryBytes = Math.Max(0, resident - residentBefore),
            GpuMemoryBytes = _plan.GpuLayers is 0 ? null : gpu,
            PrefillTokensPerSecond = prefill,
            Decode = decode,
            Threads = _plan.Threads,
            GpuLayers = _plan.GpuLayers,
        };
    }

    private (double Rate, long Resident, long? Gpu) MeasurePrefill(SpeedPlan plan, int[] text, Func<long?> gpuBytes, CancellationToken cancellationToken)
    {
        using IDecoder decoder = CreateDecoder(text.Length, sequences: 1, outputs: 1);
        double rate = Median(plan.Rounds, () =>
        {
            decoder.RemoveSequence(0, 0, int.MaxValue);
            long start = Stopwatch.GetTimestamp();
            Read(decoder, text, sequence: 0, cancellationToken);
            return text.Length / Stopwatch.GetElapsedTime(start).TotalSeconds;
        });
        return (rate, ResidentBytes(), gpuBytes());
    }

    /// <summary>Greedy answers after short prompts; only the answers are timed.</summary>
    private double MeasureDecode(IDecoder decoder, int sequences, int tokens, CancellationToken cancellationToken)
    {
        int[] prompt = Text(ShortPrompt);
        int[] next = new int[sequences];
        for (int sequence = 0; sequence < sequences; sequence++)
        {
            decoder.RemoveSequence(sequence, 0, int.MaxValue);
            next[sequence] = Read(decoder, prompt, sequence, cancellationToken);
        }

        DecodeBatch batch = new(sequences);
        long start = Stopwatch.GetTimestamp();
        for (int step = 0; step < tokens; step++)
        {
            batch.Clear();
            for (int sequence = 0; sequence < sequences; sequence++)
            {
                batch.Add(next[sequence], ShortPrompt + step, sequence, wantsLogits: true);
            }

            Pass(decoder, batch, cancellationToken);
            for (int sequence = 0; sequence < sequences; sequence++)
            {
                next[sequence] = TensorPrimitives.IndexOfMax(decoder.GetLogits(sequence));
            }
        }

        return sequences * tokens / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <returns>The most probable token after the text.</returns>
    private static int Read(IDecoder decoder, ReadOnlySpan<int> text, int sequence, CancellationToken cancellationToken)
    {
        DecodeBatch batch = new(decoder.Limits.BatchTokens);
        for (int i = 0; i < text.Length; i++)
        {
            batch.Add(text[i], i, sequence, wantsLogits: i == text.Length - 1);
            if (batch.Room is 0 || i == text.Length - 1)
            {
                Pass(decoder, batch, cancellationToken);
                if (i < text.Length - 1)
                {
                    batch.Clear();
                }
            }
        }

        return TensorPrimitives.IndexOfMax(decoder.GetLogits(batch.Count - 1));
    }

    internal static void Pass(IDecoder decoder, DecodeBatch batch, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        DecodeResult result = decoder.Decode(batch, cancellationToken);
        if (result is not DecodeResult.Ok)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new InferenceException($"The model failed on a pass of {batch.Count} tokens ({result}).");
        }
    }

    private int[] Text(int length)
    {
        int[] piece = Model.Tokenize(Filler, parseControlTokens: false);
        return [.. Enumerable.Range(0, length).Select(i => piece[i % piece.Length])];
    }

    private static double Median(int rounds, Func<double> measure)
    {
        double[] rates = [.. Enumerable.Range(0, rounds).Select(_ => measure()).Order()];
        return rates[rounds / 2];
    }

    private static long ResidentBytes()
    {
        GC.Collect();
        using Process process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
