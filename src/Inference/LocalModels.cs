using System.Collections.Concurrent;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Inference.Models;

namespace Pipeline.Inference;

/// <summary>
/// The local models of this process behind the upper seams: one <see cref="LocalModel"/> a file, however many kinds of job name
/// the file. Loaded before the host reports ready; asking is safe from any thread. A request names its model by
/// <see cref="LabelScoringRequest.ModelPath"/> or <see cref="ChatOptions.ModelId"/>; none, where only one is loaded.
/// </summary>
public sealed partial class LocalModels(
    IModelLoader loader, IOptions<InferenceOptions> options, OwnerWeights weights, TimeProvider time, ILogger<LocalModels> logger)
    : ILabelScorer, IChatClient, IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, LocalModel> _models = new(StringComparer.Ordinal);

    /// <summary>Facts of every model that is loaded and warm.</summary>
    public IReadOnlyCollection<ModelInfo> Loaded => [.. _models.Values.Select(model => model.Info)];

    /// <summary>
    /// Loads the model unless it is loaded already, and scores <paramref name="warmUp"/> once, so that the first job pays neither
    /// for page faults nor for the system prompt. Called by one caller at a time.
    /// </summary>
    /// <param name="modelPath">GGUF file.</param>
    /// <param name="warmUp">A typical request of the host.</param>
    /// <param name="cancellationToken">Given up between the steps; the native load itself does not stop.</param>
    /// <exception cref="ModelLoadException">The file, the memory or the native library is unsuitable; the message says what to change.</exception>
    public async Task<LocalModel> LoadAsync(string modelPath, LabelScoringRequest warmUp, CancellationToken cancellationToken)
    {
        string path = Path.GetFullPath(modelPath);
        if (_models.TryGetValue(path, out LocalModel? known))
        {
            return known;
        }

        long start = time.GetTimestamp();
        LocalModel model = await Task.Factory.StartNew(
            () => LocalModel.Load(path, loader, options.Value, weights, time, logger), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await model.ScoreAsync(warmUp, cancellationToken);
        }
        catch
        {
            await model.DisposeAsync();
            throw;
        }

        LogReady(logger, model.Info.Name, time.GetElapsedTime(start).TotalSeconds);
        return _models[path] = model;
    }

    /// <inheritdoc/>
    public Task<LabelScores> ScoreAsync(LabelScoringRequest request, CancellationToken cancellationToken) =>
        Find(request.ModelPath).ScoreAsync(request, cancellationToken);

    /// <inheritdoc/>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        Find(options?.ModelId).Chat.GetResponseAsync(messages, options, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        Find(options?.ModelId).Chat.GetStreamingResponseAsync(messages, options, cancellationToken);

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (string path in _models.Keys)
        {
            if (_models.TryRemove(path, out LocalModel? model))
            {
                await model.DisposeAsync();
            }
        }
    }

    /// <summary>As <see cref="DisposeAsync"/>; blocks until the passes under way are over.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private LocalModel Find(string? modelPath) => modelPath is null && _models.Values.ToArray() is [var only] ? only
        : modelPath is not null && _models.TryGetValue(Path.GetFullPath(modelPath), out LocalModel? model) ? model
        : throw new InferenceException(
            $"The model {modelPath ?? "(none was named)"} is not loaded; {_models.Count} others are. Call LocalModels.LoadAsync before the host reports ready.");

    [LoggerMessage(3001, LogLevel.Information, "Model {Model} is loaded and warm after {Seconds:F1} s")]
    private static partial void LogReady(ILogger logger, string model, double seconds);
}
