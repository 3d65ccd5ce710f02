using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Inference.Gguf;
using Pipeline.Inference.Measuring;

namespace Pipeline.Cli.Models.Comparing;

/// <summary>What was measured of a model. Programs read it as JSON, so fields are only ever added.</summary>
internal sealed record ModelFigures
{
    /// <summary>As people tell the models of one comparison apart.</summary>
    public required string Model { get; init; }

    public required string File { get; init; }

    /// <summary>How most weights are stored; null where the header does not say.</summary>
    public string? Quantization { get; init; }

    public required string Architecture { get; init; }

    public required long Parameters { get; init; }

    public required long FileBytes { get; init; }

    public required double LoadSeconds { get; init; }

    public required long MemoryBytes { get; init; }

    public long? GpuMemoryBytes { get; init; }

    public required double PrefillTokensPerSecond { get; init; }

    public required IReadOnlyList<DecodeSpeed> Decode { get; init; }

    public required int Threads { get; init; }

    public required int GpuLayers { get; init; }

    /// <summary>Null where no file of jobs was given.</summary>
    public QualityFigures? Quality { get; init; }

    public static ModelFigures Of(string name, StoredModel model, ModelSpeed speed)
    {
        GgufFile header = model.Header!;
        return new()
        {
            Model = name,
            File = model.Path,
            Quantization = header.Quantization,
            Architecture = header.Architecture,
            Parameters = header.Parameters,
            FileBytes = model.Bytes,
            LoadSeconds = Rounded(speed.LoadSeconds),
            MemoryBytes = speed.MemoryBytes,
            GpuMemoryBytes = speed.GpuMemoryBytes,
            PrefillTokensPerSecond = Rounded(speed.PrefillTokensPerSecond),
            Decode = [.. speed.Decode.Select(decode => decode with { TokensPerSecond = Rounded(decode.TokensPerSecond) })],
            Threads = speed.Threads,
            GpuLayers = speed.GpuLayers,
        };
    }

    public string Line() => JsonSerializer.Serialize(this, ComparisonJson.Default.ModelFigures);

    private static double Rounded(double value) => Math.Round(value, 3);
}

/// <summary>How good the answers of a model were.</summary>
internal sealed record QualityFigures
{
    /// <summary>Rows without an answer.</summary>
    public required int Failed { get; init; }

    /// <summary>Share of the right labels, of kinds that classify.</summary>
    public double? Accuracy { get; init; }

    public double? MacroF1 { get; init; }

    /// <summary>Expected calibration error.</summary>
    public double? Ece { get; init; }

    /// <summary>Share of the results that are what the contract says, of kinds that write.</summary>
    public double? Valid { get; init; }

    /// <summary>Share of the expected keywords that were found; null where the file has none.</summary>
    public double? Keywords { get; init; }

    /// <summary>To the expected answers, 0 to 1; null where the file has none.</summary>
    public double? Similarity { get; init; }

    /// <summary>Mean distance from people's scores, of 10; null where the file or the kind has none.</summary>
    public double? ScoreError { get; init; }

    /// <summary>Share of the rows whose label, or whose whole text, is the first model's.</summary>
    public required double Agreement { get; init; }

    /// <summary>Mean, in nats, from the first model's next-token distribution to this one's.</summary>
    public double? KlDivergence { get; init; }

    /// <summary>Share of the positions at which both find the same token most probable.</summary>
    public double? SameBest { get; init; }

    /// <summary>Why there is no divergence; null where there is one, or where none was asked for.</summary>
    public string? KlProblem { get; init; }
}

/// <summary>The last line of <c>compare</c>.</summary>
/// <param name="Kind">Null where only speed was compared.</param>
/// <param name="Rows">Of the file of jobs.</param>
/// <param name="Positions">At which distributions were compared.</param>
/// <param name="Models">The first is the one that the others are compared with.</param>
internal sealed record Comparison(string? Kind, int? Rows, int? Positions, IReadOnlyList<ModelFigures> Models)
{
    public string Line() => JsonSerializer.Serialize(this, ComparisonJson.Default.Comparison);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Comparison))]
[JsonSerializable(typeof(ModelFigures))]
internal sealed partial class ComparisonJson : JsonSerializerContext;
