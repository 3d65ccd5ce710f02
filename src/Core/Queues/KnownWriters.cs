namespace Pipeline.Core.Queues;

/// <summary>
/// The kinds that no living worker can write for, as of the last sample of the queues, at most a second old. Of a kind without
/// workers the last word counts: that they are away does not make their model better.
/// </summary>
public sealed class KnownWriters(IEnumerable<IWriterCheck> own)
{
    private volatile IReadOnlyDictionary<string, string> _missing = own.Where(check => check.MissingSetting is not null)
        .ToDictionary(check => check.Kind, check => check.MissingSetting!);

    /// <summary>The setting that has to name another model; null where jobs of the kind are taken.</summary>
    public string? MissingSetting(string kind) => _missing.GetValueOrDefault(kind);

    internal void Replace(IEnumerable<(string Kind, string? Setting)> living)
    {
        Dictionary<string, string> missing = new(_missing);
        foreach (var (kind, setting) in living)
        {
            if (setting is null)
            {
                missing.Remove(kind);
            }
            else
            {
                missing[kind] = setting;
            }
        }

        _missing = missing;
    }
}
