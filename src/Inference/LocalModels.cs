using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Inference.Models;
using Pipeline.Inference.Residence;

namespace Pipeline.Inference;

/// <summary>
/// The local models of this process behind the upper seams: one <see cref="LocalModel"/> a file, however many names mean the file.
/// A request names its model by <see cref="LabelScoringRequest.Model"/> or <see cref="ChatOptions.ModelId"/> (none, where there is only
/// one), and waits until it is loaded; which ones are, <see cref="ResidencePolicy"/> says. Safe from any thread.
/// </summary>
public sealed partial class LocalModels : ILabelScorer, IChatClient, IAsyncDisposable
{
    private readonly IModelLoader _loader;
    private readonly InferenceOptions _options;
    private readonly OwnerWeights _weights;
    private readonly TimeProvider _time;
    private readonly ILogger<LocalModels> _logger;
    private readonly ConcurrentDictionary<string, NamedModel> _named = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lazy<IReadOnlyList<Accelerator>> _accelerators;
    private readonly Lazy<Residents<LocalModel>> _residents;
    private readonly ConcurrentDictionary<string, RefusedModel> _refused = new(StringComparer.OrdinalIgnoreCase);
    private long _revision;
    private int _loads;

    /// <summary>Loads nothing yet.</summary>
    public LocalModels(IModelLoader loader, IOptions<InferenceOptions> options, OwnerWeights weights, TimeProvider time, ILogger<LocalModels> logger)
    {
        (_loader, _options, _weights, _time, _logger) = (loader, options.Value, weights, time, logger);
        _accelerators = new(() => loader.FindAccelerators());
        _residents = new(() => new(new(Budget(), _options.ModelWaitMax), LoadAsync, time));
    }

    /// <summary>Facts of every model that is loaded and warm.</summary>
    public IReadOnlyCollection<ModelInfo> Loaded => [.. Status.Select(model => model.Info).OfType<ModelInfo>()];

    /// <summary>Every model that has a name or is still in memory, those that were refused included.</summary>
    public IReadOnlyList<ModelStatus> Status =>
    [
        .. _residents.IsValueCreated ? _residents.Value.Look().Select(entry => ModelStatus.Of(entry.Model, entry.Loaded, entry.Names, entry.Eta, entry.Failure)) : [],
        .. _refused.Values.Select(ModelStatus.Of),
    ];

    /// <summary>Grows whenever a name means another file.</summary>
    public long Revision => Interlocked.Read(ref _revision);

    /// <summary>How often a model was loaded.</summary>
    public int Loads => Volatile.Read(ref _loads);

    /// <summary>Gives a file a name, by which requests ask for it. It is loaded when one does.</summary>
    /// <remarks>A name that meant nothing before is kept with the reason where the file is refused: requests that ask for it are told.</remarks>
    /// <exception cref="ModelLoadException">The file or an adapter is missing or damaged, or they are too large for the memory that models may take.</exception>
    public void Define(NamedModel model)
    {
        model = model with { Path = Path.GetFullPath(model.Path) };
        ModelFootprint footprint;
        try
        {
            footprint = Measure(model);
        }
        catch (ModelLoadException reason) when (!_named.ContainsKey(model.Name))
        {
            _refused[model.Name] = new(model, reason);
            throw;
        }

        _named[model.Name] = _files[model.Path] = model;
        _residents.Value.Place(model.Name, model.Path, footprint);
        _refused.TryRemove(model.Name, out _);
        Interlocked.Increment(ref _revision);
    }

    /// <summary>The file that a name was to mean and that was refused; null for any other name.</summary>
    public string? RefusedFileOf(string name) => _refused.TryGetValue(name, out RefusedModel? refused) ? refused.Model.Path : null;

    /// <summary>The file that a name means now.</summary>
    public string? FileOf(string name) => _named.TryGetValue(name, out NamedModel? model) ? model.Path : null;

    /// <summary>Whether there is room for a model beside those that are loaded, without one of them leaving.</summary>
    public bool Fits(string name) => _named.TryGetValue(name, out NamedModel? model) && _residents.Value.HasRoom(model.Path);

    /// <summary>Loads a model that has a name now, so that the first job pays neither for that nor for page faults.</summary>
    /// <exception cref="ModelLoadException">The file, the memory or the native library is unsuitable; the message says what to change.</exception>
    public async Task<LocalModel> LoadAsync(string name, CancellationToken cancellationToken)
    {
        using ModelUse<LocalModel> use = await UseAsync(name, cancellationToken);
        return use.Model;
    }

    /// <summary>Defines a model by its path and loads it.</summary>
    /// <param name="modelPath">GGUF file.</param>
    /// <param name="warmUp">A typical request of the host.</param>
    /// <param name="cancellationToken">Ends the waiting; a load goes on.</param>
    /// <exception cref="ModelLoadException">The file, the memory or the native library is unsuitable; the message says what to change.</exception>
    public async Task<LocalModel> LoadAsync(string modelPath, LabelScoringRequest warmUp, CancellationToken cancellationToken)
    {
        string path = Path.GetFullPath(modelPath);
        Define(new(path, path) { WarmUp = warmUp });
        return await LoadAsync(path, cancellationToken);
    }

    /// <summary>
    /// Lets a name mean another file: that one is loaded and warmed beside the old one where there is room, else after it, and takes
    /// what comes from then on; what runs on the old one ends there. Nothing has changed where it cannot be loaded.
    /// </summary>
    /// <exception cref="ModelLoadException">The file, the memory or the native library is unsuitable.</exception>
    public async Task MoveAsync(string name, string path, CancellationToken cancellationToken)
    {
        if (!_named.TryGetValue(name, out NamedModel? before))
        {
            throw NotDefined(name);
        }

        NamedModel moved = before with { Path = Path.GetFullPath(path) };
        ModelFootprint footprint = Measure(moved);
        _files.TryAdd(moved.Path, moved);
        await _residents.Value.MoveAsync(name, moved.Path, footprint, cancellationToken);
        _named[name] = moved;
        Interlocked.Increment(ref _revision);
        LogMoved(_logger, name, before.Path, moved.Path);
    }

    /// <inheritdoc/>
    public async Task<LabelScores> ScoreAsync(LabelScoringRequest request, CancellationToken cancellationToken)
    {
        using ModelUse<LocalModel> use = await UseAsync(request.Model, cancellationToken);
        return await use.Model.ScoreAsync(request, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        using ModelUse<LocalModel> use = await UseAsync(options?.ModelId, cancellationToken);
        return await use.Model.Chat.GetResponseAsync(messages, options, cancellationToken);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using ModelUse<LocalModel> use = await UseAsync(options?.ModelId, cancellationToken);
        await foreach (ChatResponseUpdate update in use.Model.Chat.GetStreamingResponseAsync(messages, options, cancellationToken))
        {
            yield return update;
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _residents.IsValueCreated ? _residents.Value.DisposeAsync() : ValueTask.CompletedTask;

    /// <summary>As <see cref="DisposeAsync"/>; blocks until the passes under way are over.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
}
