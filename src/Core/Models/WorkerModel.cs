using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Core.Models;

/// <summary>A model file of a worker, as the worker's row says.</summary>
public sealed record WorkerModel
{
    /// <summary>Names that mean it; none of one that only ends what it runs.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>Kinds that may ask for it.</summary>
    public required IReadOnlyList<string> Kinds { get; init; }

    /// <summary>Those of <see cref="Kinds"/> that take it where a request asks for none.</summary>
    public required IReadOnlyList<string> OwnOf { get; init; }

    public required string File { get; init; }

    /// <summary>Short hash of the file, while it is loaded.</summary>
    public string? Version { get; init; }

    /// <summary>absent, loading, loaded, leaving or <see cref="Refused"/>.</summary>
    public required string State { get; init; }

    /// <summary>Main memory that it takes while it is loaded.</summary>
    public required long MemoryMib { get; init; }

    public long GpuMemoryMib { get; init; }

    public int Running { get; init; }

    public int Waiting { get; init; }

    /// <summary>Requests that its batch holds at once; null while it is not loaded.</summary>
    public int? Slots { get; init; }

    /// <summary>Tokens computed a second of late, of prompts and answers; null while it is not loaded.</summary>
    public double? TokensPerSecond { get; init; }

    /// <summary>How full its passes were of late, 0 to 1; null where there were none.</summary>
    public double? BatchFill { get; init; }

    /// <summary>How full its KV cache is, 0 to 1; null while it is not loaded.</summary>
    public double? KvFill { get; init; }

    /// <summary>What its last load took; null before the first.</summary>
    public double? LoadSeconds { get; init; }

    /// <summary>How long a job waits for it that comes now; null where nobody can know.</summary>
    public double? WaitSeconds { get; init; }

    /// <summary>Why a name could not be moved to the file that an operator wants, or why it cannot be loaded.</summary>
    public string? Error { get; init; }

    /// <summary>The state of a file that is missing, damaged or too large.</summary>
    public const string Refused = "refused";

    [JsonIgnore]
    public bool IsReady => State is "loaded" && WaitSeconds is 0;

    internal static string Write(IReadOnlyList<WorkerModel> models) => JsonSerializer.Serialize(models, WorkerModelJson.Default.IReadOnlyListWorkerModel);

    public static IReadOnlyList<WorkerModel> Read(string json) => JsonSerializer.Deserialize(json, WorkerModelJson.Default.IReadOnlyListWorkerModel) ?? [];
}

/// <summary>What a role of this process says of its model files, at any moment.</summary>
public sealed record WorkerModelSource(Func<IReadOnlyList<WorkerModel>> Read);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<WorkerModel>))]
internal sealed partial class WorkerModelJson : JsonSerializerContext;
