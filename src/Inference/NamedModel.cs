using Microsoft.Extensions.AI;
using Pipeline.Inference.Models;
using Pipeline.Inference.Residence;

namespace Pipeline.Inference;

/// <summary>A model file and the name by which requests ask for it.</summary>
/// <param name="Name">Case does not matter.</param>
/// <param name="Path">GGUF file.</param>
public sealed record NamedModel(string Name, string Path)
{
    /// <summary>Its KV cache; null: as <see cref="InferenceOptions.ContextTokens"/> says.</summary>
    public int? ContextTokens { get; init; }

    /// <summary>Adapters of the model that it is or belongs to, in memory with it.</summary>
    public IReadOnlyList<ModelAdapter> Adapters { get; init; } = [];

    /// <summary>The one of them that requests by this name go through; null for the model itself.</summary>
    public ModelAdapter? Adapter { get; init; }

    /// <summary>The name of the model without the adapter.</summary>
    public string ModelName => Adapter is { } adapter ? Name[..^(adapter.Name.Length + 1)] : Name;

    /// <summary>The model through one of its adapters: NAME:ADAPTER.</summary>
    public NamedModel Through(ModelAdapter adapter) => this with { Name = $"{ModelName}:{adapter.Name}", Adapter = adapter };

    /// <summary>A typical request, scored once after each load: then the first job pays neither for page faults nor for the system prompt.</summary>
    public LabelScoringRequest WarmUp { get; init; } = AnyRequest;

    /// <summary>Warms a model that generates as well, and ends at once.</summary>
    public static LabelScoringRequest AnyRequest { get; } = new() { Messages = [new(ChatRole.User, "Warm-up.")], Labels = ["yes", "no"] };
}

/// <summary>What became of a model of this process.</summary>
public sealed record ModelStatus
{
    /// <summary>Names that mean it; none of one that ends its last requests.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>Absolute.</summary>
    public required string Path { get; init; }

    /// <summary>Whether it is in memory.</summary>
    public required ModelPhase Phase { get; init; }

    /// <summary>Main and GPU memory that it takes while it is loaded.</summary>
    public required ModelFootprint Footprint { get; init; }

    /// <summary>Requests that run on it.</summary>
    public required int Running { get; init; }

    /// <summary>Requests that wait until it is loaded.</summary>
    public required int Waiting { get; init; }

    /// <summary>What its last load took; null before the first.</summary>
    public TimeSpan? LoadTime { get; init; }

    /// <summary>How long a request would wait that comes now, at most but for what still runs elsewhere; null where nobody can know.</summary>
    public TimeSpan? Eta { get; init; }

    /// <summary>The file was refused, by its header or by a process that tried it: requests fail until the name means another, or a mended one.</summary>
    public bool IsRefused { get; init; }

    /// <summary>Why it was refused, or could not be loaded when that was last tried.</summary>
    public string? Error { get; init; }

    /// <summary>While it is loaded.</summary>
    public ModelInfo? Info { get; init; }

    /// <summary>Of its file, while it is loaded.</summary>
    public string? Version { get; init; }

    /// <summary>What its batch does, while it is loaded.</summary>
    public EngineState? Engine { get; init; }

    internal static ModelStatus Of(ResidentModel model, LocalModel? loaded, IReadOnlyList<string> names, TimeSpan? eta, Exception? failure) => new()
    {
        Names = names,
        Path = model.File,
        Phase = model.Phase,
        Footprint = model.Footprint,
        Running = model.Users,
        Waiting = model.Waiting,
        LoadTime = model.LoadTime > TimeSpan.Zero ? model.LoadTime : null,
        Eta = eta,
        IsRefused = loaded is null && failure is ModelLoadException { IsRefusal: true },
        Error = failure?.Message,
        Info = loaded?.Info,
        Version = loaded?.Version,
        Engine = loaded?.Engine,
    };

    internal static ModelStatus Of(RefusedModel refused) => new()
    {
        Names = [refused.Model.Name],
        Path = refused.Model.Path,
        Phase = ModelPhase.Absent,
        Footprint = default,
        Running = 0,
        Waiting = 0,
        IsRefused = true,
        Error = refused.Reason.Message,
    };
}

/// <summary>A name whose file is missing, damaged or too large.</summary>
internal sealed record RefusedModel(NamedModel Model, ModelLoadException Reason)
{
    /// <summary>For each request one of its own: they are thrown on threads of their own.</summary>
    public ModelLoadException ToException() => new($"The model {Model.Name} cannot be loaded: {Reason.Problem}", Reason.Remedy, Reason);
}

/// <summary>The batch of a loaded model after its last pass.</summary>
/// <param name="Sequences">Requests in the batch.</param>
/// <param name="SequencesMax">Most requests that it holds at once.</param>
/// <param name="KvUsed">Cells of the KV cache in use, kept prefixes included.</param>
/// <param name="KvCapacity">Cells in all.</param>
/// <param name="Passes">Forward passes since it was loaded.</param>
/// <param name="PassTokens">Tokens that were computed in them, of prompts and answers.</param>
/// <param name="PassTokensMax">Most tokens of one pass.</param>
public sealed record EngineState(int Sequences, int SequencesMax, int KvUsed, int KvCapacity, long Passes, long PassTokens, int PassTokensMax);
