namespace Pipeline.Core.Subscriptions;

/// <summary>
/// Who is subscribed to which jobs, as it was announced to a worker; also to jobs that wait, since it may be the one to run them. Bounded, and
/// what is not announced again is forgotten. Not thread-safe.
/// </summary>
internal sealed class SubscriptionTable(int subscriptionsMax)
{
    private readonly Dictionary<(Guid JobId, string Address), long> _until = [];
    private readonly Dictionary<Guid, List<string>> _addresses = [];

    public int Count => _until.Count;

    /// <summary>False when there is no room.</summary>
    public bool TryAdd(Guid jobId, string address, long until, long now)
    {
        var key = (jobId, address);
        if (!_until.ContainsKey(key))
        {
            if (_until.Count >= subscriptionsMax)
            {
                Forget(now);
            }

            if (_until.Count >= subscriptionsMax)
            {
                return false;
            }

            if (!_addresses.TryGetValue(jobId, out var addresses))
            {
                _addresses.Add(jobId, addresses = []);
            }

            addresses.Add(address);
        }

        _until[key] = until;
        return true;
    }

    /// <summary>The subscribers of the job, and until when.</summary>
    public IEnumerable<(string Address, long Until)> Of(Guid jobId, long now) =>
        from address in _addresses.GetValueOrDefault(jobId, [])
        let until = _until[(jobId, address)]
        where until > now
        select (address, until);

    /// <summary>Drops what was not announced again.</summary>
    public void Forget(long now)
    {
        foreach (var (key, until) in _until)
        {
            if (until <= now)
            {
                _until.Remove(key);
                var addresses = _addresses[key.JobId];
                addresses.Remove(key.Address);
                if (addresses.Count == 0)
                {
                    _addresses.Remove(key.JobId);
                }
            }
        }
    }
}
