using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Encryption;

/// <summary>Wraps the data keys with another master key. Values stay as they are, and processes that run need not know.</summary>
public sealed class MasterKeyRotation
{
    private readonly EncryptionKeyStore _store;
    private readonly IOptions<EncryptionOptions> _options;

    internal MasterKeyRotation(EncryptionKeyStore store, IOptions<EncryptionOptions> options) => (_store, _options) = (store, options);

    /// <summary>The names of the configured master keys, the current one first; empty where encryption is off.</summary>
    /// <exception cref="MasterKeyException">A key is none.</exception>
    public static IReadOnlyList<string> NamesOf(EncryptionOptions options) => MasterKeys.Read(options).Names;

    /// <summary>How it stands: whether a key is configured, and the data keys by the master key that each is wrapped with.</summary>
    public async Task<EncryptionState> StateAsync(CancellationToken cancellationToken)
    {
        var keys = await _store.ListAsync(cancellationToken);
        var masters = MasterKeys.Read(_options.Value);
        return new(
            masters.IsEmpty ? null : masters.Current.Name,
            _options.Value.ReadOnly,
            [.. keys.GroupBy(key => key.Master).Select(group => new WrappedKeys(group.Key, group.Count(), group.Min(key => key.Day), group.Max(key => key.Day), masters.Find(group.Key) is not null))]);
    }

    /// <summary>Wraps with the current master key what is wrapped with an older one; says how many.</summary>
    /// <exception cref="StartupException">A key is missing. Nothing was changed.</exception>
    public async Task<int> RotateAsync(CancellationToken cancellationToken)
    {
        var masters = MasterKeys.Read(_options.Value);
        if (masters.IsEmpty)
        {
            throw new StartupException("There is no key to wrap with: set Encryption__KeyFile or Encryption__Key.");
        }

        var keys = (await _store.ListAsync(cancellationToken)).Where(key => key.Master != masters.Current.Name).ToList();
        if (keys.Find(key => masters.Find(key.Master) is null) is { } foreign)
        {
            throw new StartupException(new UnknownMasterException(foreign, masters.Names).Message);
        }

        var rotated = 0;
        foreach (var key in keys)
        {
            var plain = Unwrap(masters.Find(key.Master)!, key);
            rotated += await _store.RewrapAsync(key, masters.Current.Wrap(plain, key.Day), masters.Current.Name, cancellationToken) ? 1 : 0;
        }

        return rotated;
    }

    private static byte[] Unwrap(MasterKey master, WrappedKey key)
    {
        try
        {
            return master.Unwrap(key.Wrapped, key.Day);
        }
        catch (CryptographicException e)
        {
            throw new StartupException($"Data key {key.Id} of {key.Day:yyyy-MM-dd} cannot be unwrapped: its row in encryption_keys was changed. Restore it from a backup, or delete it with all that was written with it.", e);
        }
    }
}

/// <param name="Master">The name of the configured master key; null: there is none.</param>
/// <param name="IsReadOnly">New values are written plain.</param>
public sealed record EncryptionState(string? Master, bool IsReadOnly, IReadOnlyList<WrappedKeys> Keys);

/// <summary>Data keys that one master key wraps.</summary>
/// <param name="IsKnown">This process has that master key.</param>
public sealed record WrappedKeys(string Master, int Count, DateOnly First, DateOnly Last, bool IsKnown);
