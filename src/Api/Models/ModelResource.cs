using System.ComponentModel;
using Pipeline.Core.Models;

namespace Pipeline.Api.Models;

/// <param name="Models">By name.</param>
internal sealed record ModelsResource(IReadOnlyList<ModelResource> Models);

[Description("A model that jobs may ask for.")]
internal sealed record ModelResource
{
    public required string Name { get; init; }

    [Description("The kinds that may ask for it.")]
    public required IReadOnlyList<string> Kinds { get; init; }

    [Description("Those of them that take it where a job asks for none.")]
    public required IReadOnlyList<string> OwnOf { get; init; }

    [Description("Longest prompt with its answer, in tokens; absent where only a server knows.")]
    public int? ContextTokens { get; init; }

    [Description("For operators: the file that the name was moved to; absent where it means that of the workers' settings.")]
    public ModelMoveResource? Moved { get; init; }

    [Description("For operators: who has it.")]
    public IReadOnlyList<ModelPlaceResource>? Workers { get; init; }
}

/// <summary>Where an operator moved a name.</summary>
internal sealed record ModelMoveResource(string Path, string MovedBy, DateTimeOffset MovedAt)
{
    public static ModelMoveResource Of(MovedModel moved) => new(moved.Path, moved.MovedBy, moved.MovedAt);
}

/// <summary>A model on one worker.</summary>
internal sealed record ModelPlaceResource
{
    [Description("Machine and process.")]
    public required string Host { get; init; }

    public required string File { get; init; }

    [Description("Short hash of the file while it is loaded, as results tell it.")]
    public string? Version { get; init; }

    [Description("absent: on disk only, and loaded when a job needs it. loading, loaded or leaving. refused: its file is missing, damaged or too large; jobs that ask for it fail with the error.")]
    public required string State { get; init; }

    [Description("Main memory that it takes while it is loaded.")]
    public required long MemoryMib { get; init; }

    public required long GpuMemoryMib { get; init; }

    [Description("Requests that run on it.")]
    public required int Running { get; init; }

    [Description("Requests that wait until it is loaded.")]
    public required int Waiting { get; init; }

    [Description("Requests that its batch holds at once; absent while it is not loaded.")]
    public int? Slots { get; init; }

    [Description("Tokens computed a second of late, of prompts and answers together; absent while it is not loaded.")]
    public double? TokensPerSecond { get; init; }

    [Description("How full its forward passes were of late, 0 to 1; absent where there were none.")]
    public double? BatchFill { get; init; }

    [Description("How full its KV cache is, 0 to 1, with the prefixes that it keeps; absent while it is not loaded.")]
    public double? KvFill { get; init; }

    [Description("What its last load took.")]
    public double? LoadSeconds { get; init; }

    [Description("Why the name could not be moved to the file that is wanted, or why its file cannot be loaded.")]
    public string? Error { get; init; }

    public static ModelPlaceResource Of(string host, WorkerModel model) => new()
    {
        Host = host,
        File = model.File,
        Version = model.Version,
        State = model.State,
        MemoryMib = model.MemoryMib,
        GpuMemoryMib = model.GpuMemoryMib,
        Running = model.Running,
        Waiting = model.Waiting,
        Slots = model.Slots,
        TokensPerSecond = model.TokensPerSecond,
        BatchFill = model.BatchFill,
        KvFill = model.KvFill,
        LoadSeconds = model.LoadSeconds,
        Error = model.Error,
    };
}

/// <summary>The body for readers of the document.</summary>
internal sealed record ModelFileRequest
{
    [Description("A GGUF file on the workers, at most 1,024 characters. Where it cannot be loaded nothing changes, and GET /api/models says why.")]
    public required string Path { get; init; }
}
