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
internal sealed class WorkerFingerprints(IEnumerable<IResultFingerprint> fingerprints, ConsumedQueues queues, IOptions<ResultCacheOptions> options)
{
    private readonly ResultCacheOptions _options = options.Value;
    private readonly Lock _lock = new();
    private readonly IResultFingerprint[] _all = [.. fingerprints.Where(fingerprint => queues.Include(fingerprint.Kind))];
    private IReadOnlyDictionary<string, string>? _digests;
    private long _revision;

    /// <summary>As the worker's row publishes them.</summary>
    public string Json => JsonSerializer.Serialize(Digests(), FingerprintsJson.Default.IReadOnlyDictionaryStringString);

    /// <summary>How a kind is done now; null where nobody can tell. Asked before a job and after it: a result that a change overtook is nobody else's.</summary>
    public string? Of(string kind) => Digests().GetValueOrDefault(kind);

    /// <summary>The key under which a result may be given again; null when it may not.</summary>
    /// <param name="fingerprint">How the kind was done when the job began; null where nobody could tell.</param>
    public Guid? KeyOf(Guid clientId, string kind, string? fingerprint, string inputJson, string resultJson) =>
        fingerprint is not null && fingerprint == Of(kind) && resultJson.Length <= _options.ResultLengthMax ? ResultKey.Of(clientId, kind, fingerprint, inputJson) : null;

    private IReadOnlyDictionary<string, string> Digests()
    {
        lock (_lock)
        {
            var revision = _all.Sum(fingerprint => fingerprint.Revision);
            if (_digests is null || revision != _revision)
            {
                _revision = revision;
                _digests = !_options.Enabled ? new Dictionary<string, string>() : _all.Select(fingerprint => (fingerprint.Kind, Text: fingerprint.Describe()))
                    .Where(fingerprint => fingerprint.Text is not null).ToDictionary(fingerprint => fingerprint.Kind, fingerprint => ResultKey.Digest(fingerprint.Text!));
            }

            return _digests;
        }
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class FingerprintsJson : System.Text.Json.Serialization.JsonSerializerContext;
