using Pipeline.Core.Models;
using Pipeline.Inference;
using Pipeline.Inference.Residence;

namespace Pipeline.Workers.Inference.Generating;

/// <summary>What this worker's row says of its models.</summary>
internal sealed class ModelReport(LocalModels models, ServedModels served, ModelMoves moves, TimeProvider time)
{
    private const int MiB = 1 << 20;

    private readonly PassRates _rates = new(time);

    public IReadOnlyList<WorkerModel> Read() => [.. models.Status.Select(model => Of(model, _rates.Of(model.Path, model.Engine)))];

    private WorkerModel Of(ModelStatus model, PassRate? rate) => new()
    {
        Names = model.Names,
        Kinds = [.. model.Names.SelectMany(served.KindsOf).Distinct()],
        OwnOf = [.. model.Names.SelectMany(served.OwnOf).Distinct()],
        File = model.Path,
        Version = model.Version,
        State = model.Phase switch
        {
            _ when model.IsRefused => WorkerModel.Refused,
            ModelPhase.Loading => "loading",
            ModelPhase.Loaded => "loaded",
            ModelPhase.Leaving => "leaving",
            _ => "absent",
        },
        MemoryMib = model.Footprint.MainBytes / MiB,
        GpuMemoryMib = model.Footprint.GpuBytes / MiB,
        Running = model.Running,
        Waiting = model.Waiting,
        Slots = model.Engine?.SequencesMax,
        TokensPerSecond = Rounded(rate?.TokensPerSecond, 1),
        BatchFill = Rounded(rate?.BatchFill, 3),
        KvFill = model.Engine is { } engine ? Rounded((double)engine.KvUsed / engine.KvCapacity, 3) : null,
        LoadSeconds = Rounded(model.LoadTime?.TotalSeconds, 3),
        WaitSeconds = Rounded(model.Eta?.TotalSeconds, 3),
        Error = model.Names.Select(moves.Refusal).FirstOrDefault(reason => reason is not null) ?? model.Error,
    };

    private static double? Rounded(double? value, int digits) => value is { } known ? Math.Round(known, digits) : null;
}
