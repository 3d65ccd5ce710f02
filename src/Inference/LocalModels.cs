using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Inference.Generation;
using Pipeline.Inference.Models;

namespace Pipeline.Inference;

/// <summary>
/// The local models of this process: one engine a model file, however many kinds of job name the file. Loaded before the
/// host reports ready; asking is safe from any thread.
/// </summary>
public sealed class LocalModels(
    IModelLoader loader, IOptions<InferenceOptions> options, TimeProvider time, ILogger<InferenceEngine> logger)
    : ILabelScorer, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, LocalModel> _models = new(StringComparer.Ordinal);

    /// <summary>Facts of every model that is loaded and warm.</summary>
    public IReadOnlyCollection<ModelInfo> Loaded => [.. _models.Values.Select(model => model.Engine.Model!)];

    /// <summary>Loads the model unless it is loaded already; see <see cref="InferenceEngine.LoadAsync"/>. Called by one caller at a time.</summary>
    /// <param name="modelPath">GGUF file.</param>
    /// <param name="warmUp">A typical request of the host.</param>
    /// <param name="cancellationToken">Given up between the steps.</param>
    /// <exception cref="ModelLoadException">The file, the memory or the native library does not do; the message has the remedy.</exception>
    public async Task LoadAsync(string modelPath, LabelScoringRequest warmUp, CancellationToken cancellationToken)
    {
        string path = Path.GetFullPath(modelPath);
        if (_models.ContainsKey(path))
        {
            return;
        }

        InferenceEngine engine = new(loader, options, time, logger);
        try
        {
            await engine.LoadAsync(path, warmUp, cancellationToken);
        }
        catch
        {
            await engine.DisposeAsync();
            throw;
        }

        _models[path] = new(engine, new(engine, options));
    }

    /// <summary>Scores with the model of <see cref="LabelScoringRequest.ModelPath"/>.</summary>
    public Task<LabelScores> ScoreAsync(LabelScoringRequest request, CancellationToken cancellationToken) =>
        Find(request.ModelPath).Engine.ScoreAsync(request, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (LocalModel model in _models.Values)
        {
            await model.Engine.DisposeAsync();
        }

        _models.Clear();
    }

    /// <param name="modelPath">Null: the only one.</param>
    internal LocalChatClient Chat(string? modelPath) => Find(modelPath).Chat;

    private LocalModel Find(string? modelPath) => modelPath is null && _models.Values.ToArray() is [var only] ? only
        : modelPath is not null && _models.TryGetValue(Path.GetFullPath(modelPath), out LocalModel? model) ? model
        : throw new InferenceException(
            $"The model {modelPath ?? "(none was named)"} is not loaded; {_models.Count} others are. Call LocalModels.LoadAsync before the host reports ready.");

    private sealed record LocalModel(InferenceEngine Engine, LocalChatClient Chat);
}
