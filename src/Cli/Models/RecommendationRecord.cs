using System.Globalization;
using System.Text.Json.Serialization;
using Pipeline.Inference.Catalogue;

namespace Pipeline.Cli.Models;

/// <summary>A recommendation for programs. Sizes are bytes, speeds bytes or tokens a second.</summary>
internal sealed record RecommendationRecord(MachineRecord Machine, int ContextTokens, ChoiceRecord? Choice, IReadOnlyList<ModelRecord> Models)
{
    public static RecommendationRecord Of(Recommendation report)
    {
        var readings = report.Machine.Readings;
        return new(
            new(readings.PhysicalCores ?? readings.LogicalProcessors, report.Machine.Threads, readings.MemoryAvailableBytes, report.Machine.BytesPerSecond,
                [.. report.Machine.Gpus.Select(gpu => new GpuRecord(gpu.Name, gpu.MemoryFreeBytes, gpu.MemoryTotalBytes))]),
            report.ContextTokens,
            Recommender.Choose(report.Models) is { } choice ? new(
                choice.Model.Name, choice.Fit.Quantization,
                $"hf:{choice.Model.Repository}/{string.Format(CultureInfo.InvariantCulture, choice.Model.File, choice.Fit.Quantization)}") : null,
            [.. report.Models.Select(fits => new ModelRecord(fits.Model.Name, fits.Model.Parameters, fits.ContextTokens, fits.Model.Licence, fits.Model.Languages, fits.Model.Korean, fits.Fits))]);
    }
}

internal sealed record MachineRecord(int Cores, int Threads, long MemoryAvailable, double MemoryBandwidth, IReadOnlyList<GpuRecord> Gpus);

internal sealed record GpuRecord(string Name, long MemoryFree, long MemoryTotal);

internal sealed record ChoiceRecord(string Model, string Quantization, string Source);

internal sealed record ModelRecord(string Model, long Parameters, int ContextTokens, string Licence, IReadOnlyList<string> Languages, bool Korean, IReadOnlyList<ModelFit> Fits);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RecommendationRecord))]
internal sealed partial class RecommendationJson : JsonSerializerContext;
