using System.Collections.Frozen;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Pipeline.Core.Encryption;

/// <summary>
/// The data keys, unwrapped, in memory only. A day has one: with random nonces, a key is good for 2³² values. The key of tomorrow is made today,
/// so that it has reached every process before the first value is written with it.
/// </summary>
internal sealed partial class KeyRing(EncryptionKeyStore? store, MasterKeys? masters, bool isReadOnly, TimeProvider time, ILogger<KeyRing> logger)
{
    // A key that is named and not there is looked for again after this.
    private static readonly TimeSpan MissingInterval = TimeSpan.FromSeconds(5);

    private readonly Lock _reading = new();
    private volatile FrozenDictionary<int, DataKey> _keys = FrozenDictionary<int, DataKey>.Empty;
    private volatile DataKey? _today;
    private volatile DataKey? _tomorrow;
    private long? _missedAt;

    public static KeyRing Empty { get; } = new(null, null, isReadOnly: true, TimeProvider.System, NullLogger<KeyRing>.Instance);

    /// <summary>There is no master key.</summary>
    public bool IsEmpty => masters is null or { IsEmpty: true };

    /// <summary>The one to write with; null where values are written plain.</summary>
    public DataKey? Current => _today is { } today ? _tomorrow is { } tomorrow && tomorrow.Day <= Today ? tomorrow : today : null;

    private DateOnly Today => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);

    /// <summary>Null where there is none.</summary>
    public DataKey? Find(int id) => _keys.TryGetValue(id, out var key) ? key : FindNew(id);

    /// <summary>Reads all keys, after those of today and tomorrow were made.</summary>
    /// <exception cref="UnknownMasterException">One is wrapped with a master key that is not configured. The others are known from now on.</exception>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        if (!IsEmpty && !isReadOnly)
        {
            await MakeAsync(Today, cancellationToken);
            await MakeAsync(Today.AddDays(1), cancellationToken);
        }

        Learn(await store!.ListAsync(cancellationToken));
    }

    private async Task MakeAsync(DateOnly day, CancellationToken cancellationToken)
    {
        if (_keys.Values.All(key => key.Day != day))
        {
            await store!.AddAsync(day, masters!.Current.Wrap(RandomNumberGenerator.GetBytes(MasterKeys.KeyBytes), day), masters.Current.Name, cancellationToken);
        }
    }

    /// <summary>
    /// Where a process could not read the keys for a day. Not awaited, as values are decrypted where nobody can wait; it happens once a key, if at all.
    /// </summary>
    private DataKey? FindNew(int id)
    {
        if (store is null)
        {
            return null;
        }

        lock (_reading)
        {
            if (!_keys.ContainsKey(id) && (_missedAt is null || time.GetElapsedTime(_missedAt.Value) > MissingInterval))
            {
                _missedAt = time.GetTimestamp();
                try
                {
                    Learn(store.ReadAll());
                }
                catch (Exception e) when (e is UnknownMasterException or NpgsqlException)
                {
                    LogUnreadable(e.Message);
                }
            }

            return _keys.GetValueOrDefault(id);
        }
    }

    private void Learn(IReadOnlyList<WrappedKey> rows)
    {
        // What is known stays: somebody may have wrapped it anew meanwhile.
        Dictionary<int, DataKey> keys = new(_keys);
        WrappedKey? foreign = null;
        foreach (var row in rows.Where(row => !keys.ContainsKey(row.Id)))
        {
            if (masters?.Find(row.Master) is not { } master)
            {
                foreign ??= row;
                continue;
            }

            try
            {
                keys.Add(row.Id, new(row.Id, row.Day, master.Unwrap(row.Wrapped, row.Day)));
            }
            catch (CryptographicException)
            {
                LogDamaged(row.Id, row.Day);
            }
        }

        _keys = keys.ToFrozenDictionary();
        if (!IsEmpty && !isReadOnly)
        {
            var today = Today;
            _tomorrow = keys.Values.Where(key => key.Day > today).MinBy(key => key.Day);
            _today = keys.Values.Where(key => key.Day <= today).MaxBy(key => key.Day);
        }

        if (foreign is not null)
        {
            throw new UnknownMasterException(foreign, masters?.Names ?? []);
        }
    }

    [LoggerMessage(1241, LogLevel.Error, "Data key {Id} of {Day} cannot be unwrapped: its row in encryption_keys was changed. Restore it from a backup; until then what was written with it cannot be read")]
    private partial void LogDamaged(int id, DateOnly day);

    [LoggerMessage(1242, LogLevel.Warning, "The data keys cannot be read: {Reason}")]
    private partial void LogUnreadable(string reason);
}

/// <summary>A data key is wrapped with a master key that this process does not have.</summary>
internal sealed class UnknownMasterException(WrappedKey key, IReadOnlyList<string> known) : Exception(
    known is []
        ? $"The database has encrypted values, and this process has no key: set Encryption:KeyFile or Encryption:Key to the master key {key.Master} (or, if no encrypted value is needed any more, delete the rows of encryption_keys)."
        : $"Data key {key.Id} of {key.Day:yyyy-MM-dd} is wrapped with the master key {key.Master}, and this process has {string.Join(", ", known)}: correct Encryption:KeyFile or Encryption:Key, or add that key to Encryption:OldKeys.");
