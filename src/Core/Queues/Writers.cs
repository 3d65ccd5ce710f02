using Npgsql;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Queues;

/// <summary>Says of one kind whether the model of this process writes text that has sense.</summary>
public interface IWriterCheck
{
    string Kind { get; }

    /// <summary>The setting that has to name another model; null where the model writes. Does not change while the process runs.</summary>
    string? MissingSetting { get; }
}

/// <summary>What is said where a kind's model cannot write.</summary>
public static class WriterRemedy
{
    /// <param name="setting">An <see cref="IWriterCheck.MissingSetting"/>.</param>
    public static string For(string kind, string setting) =>
        $"The model of the workers of {kind} cannot write: its answers would be well-formed but meaningless. Set {setting} on the workers to an instruct GGUF, for example Qwen2.5-7B-Instruct or EXAONE-3.5-7.8B-Instruct as Q4_K_M, or Inference:Backend to Remote. For tests, Models:AllowSmallWriter=true takes such jobs all the same.";
}

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

/// <summary>Asks the database the same, for a process that does not sample the queues.</summary>
public sealed class WriterStore(NpgsqlDataSource dataSource)
{
    // A worker that takes a kind's jobs has a model that writes, whatever the others have.
    internal const string Missing = """
        select kind, case when bool_and(setting is not null) then min(setting) end
          from (select regexp_replace(unnest(queues), '-bulk$', '') as kind, null as setting from workers where lease_until > now()
                union all
                select missing.key, missing.value from workers, json_each_text(missing_writers) as missing where lease_until > now()) as living
         group by kind
        """;

    /// <summary>Whether living workers take jobs of a kind, or none has said that it cannot.</summary>
    public async Task<bool> CanWriteAsync(string kind, CancellationToken cancellationToken) =>
        (await dataSource.QueryAsync<(string Kind, string? Setting)>(Missing, null, cancellationToken)).All(row => row.Kind != kind || row.Setting is null);
}
