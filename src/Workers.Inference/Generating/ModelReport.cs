using Pipeline.Core.Models;
using Pipeline.Inference;
using Pipeline.Inference.Residence;

namespace Pipeline.Workers.Inference.Generating;

/// <summary>What this worker's row says of its models.</summary>
internal static class ModelReport
{
    private const int MiB = 1 << 20;

    public static IReadOnlyList<WorkerModel> Of(LocalModels models, ServedModels served, ModelMoves moves) => [.. models.Status.Select(model => new WorkerModel
    {
        Names = model.Names,
        Kinds = [.. model.Names.SelectMany(served.KindsOf).Distinct()],
        OwnOf = [.. model.Names.SelectMany(served.OwnOf).Distinct()],
        File = model.Path,
        Version = model.Version,
        State = model.Phase switch
        {
            ModelPhase.Loading => "loading",
            ModelPhase.Loaded => "loaded",
            ModelPhase.Leaving => "leaving",
            _ => "absent",
        },
        MemoryMib = model.Footprint.MainBytes / MiB,
        GpuMemoryMib = model.Footprint.GpuBytes / MiB,
        Running = model.Running,
        Waiting = model.Waiting,
        LoadSeconds = Rounded(model.LoadTime),
        WaitSeconds = Rounded(model.Eta),
        Error = model.Names.Select(moves.Refusal).FirstOrDefault(reason => reason is not null),
    })];

    private static double? Rounded(TimeSpan? time) => time is { } known ? Math.Round(known.TotalSeconds, 3) : null;
}
