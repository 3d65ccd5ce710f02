using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Pipeline.Inference.Hardware;
using Pipeline.Inference.Models;
using Pipeline.Inference.Residence;

namespace Pipeline.Inference;

/// <content>What fits, and how a file gets into memory.</content>
public sealed partial class LocalModels
{
    private const int MiB = 1 << 20;

    // How each file is loaded: as the name wants it that meant it last.
    private readonly ConcurrentDictionary<string, NamedModel> _files = new(StringComparer.Ordinal);

    private async Task<ModelUse<LocalModel>> UseAsync(string? name, CancellationToken cancellationToken)
    {
        string? known = name ?? (_named.Values.Where(model => model.Adapter is null).ToArray() is [var only] ? only.Name : null);
        if (known is null || (!_named.ContainsKey(known) && !_named.ContainsKey(known = Path.GetFullPath(known))))
        {
            throw name is not null && _refused.TryGetValue(name, out RefusedModel? refused) ? refused.ToException() : NotDefined(name);
        }

        ModelUse<LocalModel> use = await _residents.Value.UseAsync(known, cancellationToken);
        try
        {
            return use.Through(model => model.Through(_named[known].Adapter));
        }
        catch
        {
            use.Dispose();
            throw;
        }
    }

    private InferenceException NotDefined(string? name) => new(
        $"There is no model {name ?? "(none was named)"} here; {_named.Count} others are: {string.Join(", ", _named.Keys.Order(StringComparer.Ordinal))}.");

    private ModelFootprint Measure(NamedModel model)
    {
        ModelPlan plan = Plan(model);
        long adapters = model.Adapters.Sum(adapter => AdapterFile.Check(adapter, model.ModelName, plan.File));
        ModelFootprint footprint = plan.Footprint + new ModelFootprint(plan.GpuLayers is 0 ? adapters : 0, plan.GpuLayers is 0 ? 0 : adapters) { FileBytes = adapters };
        ModelFootprint budget = _residents.Value.Budget;
        return footprint.IsWithin(budget) ? footprint : throw new ModelLoadException(
            $"The model {model.Path} needs {footprint.MainBytes / MiB:N0} MiB of memory and {footprint.GpuBytes / MiB:N0} MiB of GPU memory; models may take {budget.MainBytes / MiB:N0} and {budget.GpuBytes / MiB:N0}.",
            $"Take a smaller model, lower Inference:ContextTokens ({plan.Limits.ContextTokens}), or raise Inference:ModelsMiBMax or Inference:ModelsGpuMiBMax.");
    }

    private ModelPlan Plan(NamedModel model) => ModelPlan.Of(model.Path, model.ContextTokens, _options, _accelerators.Value);

    /// <summary>What is there before anything is loaded.</summary>
    private ModelFootprint Budget() => new(
        _options.ModelsMiBMax is { } main ? (long)main * MiB : _options.CheckMemory ? MachineReader.Read().MemoryAvailableBytes : long.MaxValue,
        _options.ModelsGpuMiBMax is { } gpu ? (long)gpu * MiB : _accelerators.Value is [] ? long.MaxValue : HardwarePlan.GpuMemoryMax(_accelerators.Value));

    private async Task<LocalModel> LoadAsync(string path)
    {
        NamedModel model = _files[path];
        long start = _time.GetTimestamp();
        ModelPlan plan = Plan(model);
        // The library wants them before it makes a context, so those of every name that means the file are loaded with it.
        ModelAdapter[] adapters = [.. _named.Values.Where(named => named.Path == path).Prepend(model).SelectMany(named => named.Adapters).Distinct()];
        LocalModel loaded = await Task.Factory.StartNew(
            () => LocalModel.Load(plan, adapters, _loader, _options, _weights, _time, _logger), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await loaded.ScoreAsync(model.WarmUp, CancellationToken.None);
        }
        catch
        {
            await loaded.DisposeAsync();
            throw;
        }

        Interlocked.Increment(ref _loads);
        LogReady(_logger, loaded.Info.Name, _time.GetElapsedTime(start).TotalSeconds);
        return loaded;
    }

    [LoggerMessage(3001, LogLevel.Information, "Model {Model} is loaded and warm after {Seconds:F1} s")]
    private static partial void LogReady(ILogger logger, string model, double seconds);

    [LoggerMessage(3009, LogLevel.Information, "{Name} was {Before} and is {Path} now")]
    private static partial void LogMoved(ILogger logger, string name, string before, string path);
}
