using Microsoft.Extensions.Options;

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
