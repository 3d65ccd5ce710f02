using System.Text.Json;
using Microsoft.Extensions.Options;
using Pipeline.Core.Queues;

namespace Pipeline.Core.Results;

/// <summary>
/// The fingerprints that living workers publish, as of the last sample of the queues, at most a second old. A kind whose workers
/// differ has none: which of them would do the job, nobody knows.
/// </summary>
public sealed class KnownFingerprints(IOptions<ResultCacheOptions> options)
{
    private volatile Dictionary<string, string> _fingerprints = [];

    /// <summary>The key to look for a result under; null when there is nothing to look for.</summary>
    public Guid? KeyOf(Guid clientId, string kind, string inputJson) =>
        options.Value.Enabled && _fingerprints.TryGetValue(kind, out var fingerprint) ? ResultKey.Of(clientId, kind, fingerprint, inputJson) : null;

    internal void Replace(IEnumerable<(string Kind, string? Fingerprint)> published) =>
        _fingerprints = published.GroupBy(entry => entry.Kind, entry => entry.Fingerprint)
            .Where(fingerprints => fingerprints.Distinct().ToArray() is [not null])
            .ToDictionary(fingerprints => fingerprints.Key, fingerprints => fingerprints.First()!);
}

/// <summary>The fingerprints of this worker, of the kinds that it consumes: of others it need not have the model. Read only after its models are loaded.</summary>
internal sealed class WorkerFingerprints
{
    private readonly ResultCacheOptions _options;
    private readonly Lazy<IReadOnlyDictionary<string, string>> _fingerprints;

    public WorkerFingerprints(IEnumerable<IResultFingerprint> fingerprints, ConsumedQueues queues, IOptions<ResultCacheOptions> options)
    {
        _options = options.Value;
        _fingerprints = new(() => _options.Enabled
            ? fingerprints.Where(fingerprint => queues.Include(fingerprint.Kind)).Select(fingerprint => (fingerprint.Kind, Text: fingerprint.Describe())).Where(fingerprint => fingerprint.Text is not null)
                .ToDictionary(fingerprint => fingerprint.Kind, fingerprint => ResultKey.Digest(fingerprint.Text!))
            : new Dictionary<string, string>());
    }

    /// <summary>As the worker's row publishes them.</summary>
    public string Json => JsonSerializer.Serialize(_fingerprints.Value, FingerprintsJson.Default.IReadOnlyDictionaryStringString);

    /// <summary>The key under which a result may be given again; null when it may not.</summary>
    public Guid? KeyOf(Guid clientId, string kind, string inputJson, string resultJson) =>
        _fingerprints.Value.TryGetValue(kind, out var fingerprint) && resultJson.Length <= _options.ResultLengthMax
            ? ResultKey.Of(clientId, kind, fingerprint, inputJson)
            : null;
}

[System.Text.Json.Serialization.JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class FingerprintsJson : System.Text.Json.Serialization.JsonSerializerContext;
