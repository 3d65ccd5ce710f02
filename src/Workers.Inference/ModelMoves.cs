using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;
using Pipeline.Core.Models;
using Pipeline.Inference;
using Pipeline.Inference.Models;
using Pipeline.Workers.Inference.Generating;

namespace Pipeline.Workers.Inference;

/// <summary>
/// Moves the names of models to the files that operators want, without a job noticing; back to those of the settings where nobody
/// wants another. A file that cannot be loaded changes nothing, is reported, and is not tried again until something else is wanted;
/// a name that means nothing, because its file was refused at start, is tried again now and then: somebody may have mended the file.
/// </summary>
internal sealed partial class ModelMoves(
    ModelFileStore store, LocalModels models, ServedModels served, IOptions<InferenceOptions> inference, TimeProvider time, ILogger<ModelMoves> logger) : LoopService(time, logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RefusedInterval = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, (string Path, string Reason)> _refused = new(StringComparer.OrdinalIgnoreCase);

    // When each name that means nothing was tried last. Only the loop touches it.
    private readonly Dictionary<string, long> _tried = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Why a name is not where it should be; null where it is.</summary>
    public string? Refusal(string name) => _refused.TryGetValue(name, out var refused) ? refused.Reason : null;

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        while (!inference.Value.IsRemote)
        {
            await MoveAsync(stoppingToken);
            RoundDone();
            await Task.Delay(Interval, Time, stoppingToken);
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, Time, stoppingToken);
    }

    internal async Task MoveAsync(CancellationToken cancellationToken)
    {
        var wanted = (await store.ListAsync(cancellationToken)).ToDictionary(moved => moved.Name, moved => moved.Path, StringComparer.OrdinalIgnoreCase);
        foreach (var model in served.All(_ => true))
        {
            var path = Path.GetFullPath(wanted.GetValueOrDefault(model.ModelName, model.Path)); // Through an adapter: where the model is.
            if (models.RefusedFileOf(model.Name) is { } refused)
            {
                DefineAgain(model with { Path = path }, refused);
            }
            else if (models.FileOf(model.Name) is { } now && now != path)
            {
                await MoveAsync(model.Name, path, cancellationToken);
            }
            else
            {
                _refused.TryRemove(model.Name, out _);
            }
        }
    }

    private async Task MoveAsync(string name, string path, CancellationToken cancellationToken)
    {
        if (_refused.TryGetValue(name, out var refused) && refused.Path == path)
        {
            return;
        }

        try
        {
            await models.MoveAsync(name, path, cancellationToken);
            _refused.TryRemove(name, out _);
        }
        catch (InferenceException e)
        {
            _refused[name] = (path, e.Message);
            LogRefused(name, path, e.Message);
        }
    }

    /// <summary>Another file at once, the same one at intervals.</summary>
    private void DefineAgain(NamedModel model, string refused)
    {
        if (model.Path == refused && _tried.TryGetValue(model.Name, out var last) && Time.GetElapsedTime(last) < RefusedInterval)
        {
            return;
        }

        _tried[model.Name] = Time.GetTimestamp();
        try
        {
            models.Define(model);
            LogMended(model.Name, model.Path);
        }
        catch (ModelLoadException e)
        {
            if (model.Path != refused)
            {
                LogStillRefused(model.Name, model.Path, e.Message);
            }
        }
    }

    [LoggerMessage(3503, LogLevel.Information, "Model {Name} can be loaded now, from {Path}")]
    private partial void LogMended(string name, string path);

    [LoggerMessage(3504, LogLevel.Error, "Model {Name} cannot be loaded from {Path} either: {Reason}")]
    private partial void LogStillRefused(string name, string path, string reason);

    [LoggerMessage(3502, LogLevel.Error, "Model {Name} stays where it is; it cannot be moved to {Path}: {Reason}")]
    private partial void LogRefused(string name, string path, string reason);
}
