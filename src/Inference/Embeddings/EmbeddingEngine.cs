using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Inference.Models;
using Pipeline.Inference.Residence;

namespace Pipeline.Inference.Embeddings;

/// <summary>
/// One local embedding model behind the upper seam. <see cref="LoadAsync"/> is called once, before the host reports ready;
/// generating is safe from any thread, and concurrent callers share forward passes. Vectors have length 1.
/// </summary>
public sealed partial class EmbeddingEngine(
    EmbeddingModelLoaders loaders, IOptions<InferenceOptions> options, OwnerWeights weights, TimeProvider time, ILogger<EmbeddingEngine> logger)
    : IEmbeddingGenerator<string, Embedding<float>>, IAsyncDisposable
{
    /// <summary>Most texts of one request.</summary>
    public const int TextsMax = 4_096;

    private const string WarmUpText = "Warm-up.";

    private readonly SemaphoreSlim _loading = new(1, 1);
    private volatile LoadedEncoder? _loaded;
    private volatile ModelStatus? _status;

    /// <summary>Facts of the model; null until it is loaded and warm.</summary>
    public ModelInfo? Model => _loaded?.Info;

    /// <summary>What became of the model, which has no names here; null before it is loaded.</summary>
    public ModelStatus? Status => _status is { } status ? status with { Running = _loaded?.Running ?? 0 } : null;

    /// <summary>Most tokens of a text, those that the model puts around it included.</summary>
    /// <exception cref="InferenceException">No model is loaded.</exception>
    public int TextTokensMax => Loaded.TextTokensMax;

    private LoadedEncoder Loaded => _loaded
        ?? throw new InferenceException("No model is loaded. Call EmbeddingEngine.LoadAsync before the host reports ready.");

    /// <summary>Tokens of a text, without those that the model puts around it.</summary>
    /// <exception cref="InferenceException">No model is loaded.</exception>
    public int CountTokens(string text) => Loaded.CountTokens(text);

    /// <summary>Checks the files and the memory, loads the model and embeds one text, so that the first job pays for no page faults.</summary>
    /// <param name="modelPath">An embedding model that one of the host's loaders takes: a GGUF file, or what another backend reads.</param>
    /// <param name="cancellationToken">Given up between the steps; the native load itself does not stop.</param>
    /// <exception cref="ModelLoadException">A file, the memory or the native library is unsuitable; the message says what to change.</exception>
    /// <exception cref="InvalidOperationException">A model is loaded already.</exception>
    public async Task LoadAsync(string modelPath, CancellationToken cancellationToken)
    {
        await _loading.WaitAsync(cancellationToken);
        try
        {
            if (_loaded is not null)
            {
                throw new InvalidOperationException($"The engine holds {_loaded.Info.Name} already; make another engine for another model.");
            }

            long start = time.GetTimestamp();
            _status = new() { Names = [], Path = Path.GetFullPath(modelPath), Phase = ModelPhase.Loading, Footprint = default, Running = 0, Waiting = 0 };
            (LoadedEncoder loaded, ModelFootprint footprint) = await Task.Factory.StartNew(
                () => Load(modelPath), cancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            try
            {
                await loaded.EmbedAsync([WarmUpText], RequestPriority.Interactive, owner: null, cancellationToken);
            }
            catch
            {
                await loaded.DisposeAsync();
                throw;
            }

            TimeSpan took = time.GetElapsedTime(start);
            _loaded = loaded;
            _status = _status with { Phase = ModelPhase.Loaded, Footprint = footprint, LoadTime = took, Eta = TimeSpan.Zero, Info = loaded.Info };
            LogReady(logger, loaded.Info.Name, loaded.Dimensions, took.TotalSeconds);
        }
        finally
        {
            if (_loaded is null)
            {
                _status = null;
            }

            _loading.Release();
        }
    }

    /// <inheritdoc/>
    /// <param name="values">At most <see cref="TextsMax"/> texts.</param>
    /// <param name="options">Give <see cref="EmbeddingRequestOptions"/> to choose the priority and the owner.</param>
    /// <param name="cancellationToken">Frees the caller at once; texts that wait leave the queue.</param>
    /// <exception cref="TextTooLongException">A text has more tokens than the model or the batch takes; nothing was computed.</exception>
    /// <exception cref="ArgumentException">Too many texts, one without tokens, or other dimensions than the model's.</exception>
    /// <exception cref="InferenceException">The encoder failed on a text of this request; others are not affected.</exception>
    public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options, CancellationToken cancellationToken)
    {
        LoadedEncoder loaded = Loaded;
        string[] texts = [.. values];
        if (texts.Length > TextsMax)
        {
            throw new ArgumentException($"{texts.Length} texts; give at most {TextsMax}.", nameof(values));
        }

        if (options?.Dimensions is int dimensions && dimensions != loaded.Dimensions)
        {
            throw new ArgumentException($"{dimensions} dimensions are asked for; {loaded.Info.Name} gives {loaded.Dimensions}.", nameof(options));
        }

        EmbeddingRequestOptions request = options as EmbeddingRequestOptions ?? new();
        return texts.Length == 0
            ? Task.FromResult(new GeneratedEmbeddings<Embedding<float>>())
            : loaded.EmbedAsync(texts, request.Priority, request.Owner, cancellationToken);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey) =>
        serviceKey is not null ? null
        : serviceType == typeof(EmbeddingGeneratorMetadata) ? new EmbeddingGeneratorMetadata("pipeline", null, _loaded?.Info.Name, _loaded?.Dimensions)
        : serviceType.IsInstanceOfType(this) ? this : null;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _loaded, null) is { } loaded)
        {
            _status = null;
            await loaded.DisposeAsync();
        }

        _loading.Dispose();
    }

    /// <summary>As <see cref="DisposeAsync"/>; blocks until the pass under way is over.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    private (LoadedEncoder, ModelFootprint) Load(string path)
    {
        InferenceOptions sizes = options.Value;
        LoadedEmbeddingModel loaded = loaders.For(path).Load(path, sizes);
        return (new(loaded.Model, loaded.Encoder, loaded.PassTokens, sizes.QueueMax, weights, time, logger), loaded.Footprint);
    }

    [LoggerMessage(3302, LogLevel.Information, "Embedding model {Model} ({Dimensions} dimensions) is loaded and warm after {Seconds:F1} s")]
    private static partial void LogReady(ILogger logger, string model, int dimensions, double seconds);
}
