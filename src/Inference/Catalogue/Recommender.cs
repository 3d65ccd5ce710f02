using Pipeline.Inference.Decoding;
using Pipeline.Inference.Gguf;
using Pipeline.Inference.Hardware;

namespace Pipeline.Inference.Catalogue;

/// <summary>What a machine can run, by the rules by which the engine itself loads or refuses a model. Pure functions.</summary>
public static class Recommender
{
    /// <summary>Below it, people stop reading along.</summary>
    public const double ReadableTokensPerSecond = 5;

    // As InferenceOptions has them.
    private const int SequencesMax = 64;
    private const int BatchTokensOfCpu = 256;
    private const int BatchTokensOfGpu = 512;

    /// <summary>Every model of the catalogue on this machine.</summary>
    /// <param name="contextTokens">Inference:ContextTokens: KV cells of all requests together.</param>
    public static IReadOnlyList<ModelFits> All(MachineProfile machine, int contextTokens) =>
        [.. ModelCatalogue.All.Select(model => new ModelFits(
            model,
            Math.Min(contextTokens, model.ContextTokens),
            [.. Quantization.Names.Select(name => Fit(name, Describe(model, name), machine, contextTokens))]))];

    /// <summary>A file that is here, from its own header.</summary>
    public static ModelFit Of(GgufFile file, MachineProfile machine, int contextTokens) =>
        Fit(file.Quantization ?? "?", file, machine, contextTokens);

    /// <summary>
    /// The one to take: of those that fit and answer faster than people read, the one with the most weights, at the finest quantisation
    /// that is published; without such, the fastest that fits; null where none does.
    /// </summary>
    public static (CatalogueModel Model, ModelFit Fit)? Choose(IEnumerable<ModelFits> all)
    {
        var fitting = all
            .SelectMany(fits => fits.Fits.Select((fit, fineness) => (fits.Model, Fit: fit, Fineness: fineness)))
            .Where(choice => choice.Fit.Fits && choice.Model.Quantizations.Contains(choice.Fit.Quantization))
            .ToList();
        var readable = fitting.Where(choice => choice.Fit.TokensPerSecond is null or >= ReadableTokensPerSecond)
            .OrderByDescending(choice => choice.Model.Parameters).ThenByDescending(choice => choice.Fineness);
        var choices = readable.Concat(fitting.OrderByDescending(choice => choice.Fit.TokensPerSecond)).ToList();
        return choices.Count is 0 ? null : (choices[0].Model, choices[0].Fit);
    }

    /// <summary>The one that misses least; for the sentence where none fits.</summary>
    public static (CatalogueModel Model, ModelFit Fit) Nearest(IEnumerable<ModelFits> all) =>
        all.SelectMany(fits => fits.Fits.Select(fit => (fits.Model, Fit: fit))).MinBy(choice => choice.Fit.MissingBytes);

    private static GgufFile Describe(CatalogueModel model, string quantization) => new()
    {
        Architecture = model.Architecture,
        FileBytes = Quantization.FileBytes(model, quantization),
        BytesPerToken = Quantization.BytesPerToken(model, quantization),
        Parameters = model.Parameters,
        Layers = model.Layers,
        EmbeddingSize = model.EmbeddingSize,
        FeedForwardSize = model.FeedForwardSize,
        KvElementsPerLayer = 2 * model.KvHeads * model.HeadSize,
        VocabularySize = model.VocabularySize,
    };

    private static ModelFit Fit(string quantization, GgufFile file, MachineProfile machine, int contextTokens)
    {
        DecoderLimits limits = new(contextTokens, BatchTokensOfGpu, SequencesMax, SequencesMax);
        int gpuLayers = HardwarePlan.GpuLayers(file, limits, machine.Gpus);
        limits = gpuLayers is 0 ? limits with { BatchTokens = BatchTokensOfCpu } : limits;
        var (weights, kv, compute) = HardwarePlan.MainMemory(file, limits, gpuLayers);
        long needed = weights + kv + compute;
        return new()
        {
            Quantization = quantization,
            FileBytes = file.FileBytes,
            NeededBytes = needed,
            MissingBytes = Math.Max(0, needed - machine.Readings.MemoryAvailableBytes),
            GpuLayers = gpuLayers,
            TokensPerSecond = DecodeRoofline.TokensPerSecond(
                file.BytesPerToken ?? file.FileBytes,
                HardwarePlan.KvBytes(file, Math.Min(contextTokens, file.ContextTokens ?? contextTokens) / 2),
                Math.Min(1, (double)gpuLayers / (file.Layers + 1)),
                machine.BytesPerSecond,
                machine.GpuBytesPerSecond),
        };
    }
}
