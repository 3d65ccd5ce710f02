using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Pipeline.Core.Encryption;

/// <summary>
/// The door that values of <see cref="EncryptedColumn"/>s go through on their way to the database and back. What is stored plain comes out as it
/// is, so plain and encrypted rows stand beside each other; without a key a look at the first characters is all that it costs.
/// </summary>
public sealed partial class Vault
{
    // A log line for each would be as long as the table.
    private const int ToldMax = 100;

    // As Npgsql writes text: half a character fails here, and not as something else.
    private static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly KeyRing _ring;
    private readonly ILogger<Vault> _logger;
    private readonly ConcurrentDictionary<string, bool> _told = new();

    internal Vault(KeyRing ring, ILogger<Vault> logger) => (_ring, _logger) = (ring, logger);

    /// <summary>For tools that work on a database that nothing was ever encrypted in.</summary>
    public static Vault Keyless { get; } = new(KeyRing.Empty, NullLogger<Vault>.Instance);

    /// <summary>Whether new values are encrypted.</summary>
    public bool IsWriting => _ring.Current is not null;

    /// <summary>Whether there may be encrypted values.</summary>
    internal bool IsReading => !_ring.IsEmpty;

    /// <summary>A value as it is to be stored.</summary>
    /// <param name="row">The id of its row.</param>
    /// <param name="part">Which one of several of the row.</param>
    /// <param name="word">What may be known of it without the key.</param>
    [return: NotNullIfNotNull(nameof(plain))]
    internal string? Seal(EncryptedColumn column, Guid row, string? plain, int part = 0, string word = "")
    {
        if (plain is null)
        {
            return null;
        }

        if (_ring.Current is not { } key)
        {
            return SealedText.IsAmbiguous(plain, column.IsJson) ? SealedText.ToLiteral(plain, column.IsJson) : plain;
        }

        var value = new byte[Sealing.OverheadBytes + _utf8.GetByteCount(plain)];
        _utf8.GetBytes(plain, value.AsSpan(Sealing.Text(value.Length)));
        Sealing.SealInPlace(key.Bytes, value, Context(column, row, part, key.Id, word));
        return SealedText.Write(key.Id, value, word, column.IsJson);
    }

    /// <summary>A stored value as it was sent.</summary>
    /// <exception cref="UndecryptableException">It cannot be decrypted.</exception>
    [return: NotNullIfNotNull(nameof(stored))]
    internal string? Open(EncryptedColumn column, Guid row, string? stored, int part = 0)
    {
        if (stored is null || !SealedText.IsEncrypted(stored, column.IsJson))
        {
            return stored is not null && SealedText.IsLiteral(stored, column.IsJson) ? SealedText.FromLiteral(stored, column.IsJson) : stored;
        }

        return SealedText.TryRead(stored, column.IsJson, out var key, out var value, out var word)
            ? _utf8.GetString(Open(column, row, part, key, word, value))
            : throw Refuse(column, row, "it was changed");
    }

    /// <summary>The same; false with the reason where it cannot be decrypted.</summary>
    internal bool TryOpen(EncryptedColumn column, Guid row, string? stored, out string? plain, [NotNullWhen(false)] out UndecryptableException? fault)
    {
        try
        {
            (plain, fault) = (Open(column, row, stored), null);
            return true;
        }
        catch (UndecryptableException e)
        {
            (plain, fault) = (null, e);
            return false;
        }
    }

    /// <summary>For what is told beside other things: where it cannot be decrypted, the sentence that says so.</summary>
    [return: NotNullIfNotNull(nameof(stored))]
    internal string? OpenOrTell(EncryptedColumn column, Guid row, string? stored, int part = 0)
    {
        try
        {
            return Open(column, row, stored, part);
        }
        catch (UndecryptableException e)
        {
            return e.Message;
        }
    }

    /// <summary>Decrypts, or says why not.</summary>
    internal byte[] Open(EncryptedColumn column, Guid row, int part, int keyId, string word, ReadOnlySpan<byte> value)
    {
        if (_ring.IsEmpty)
        {
            throw Refuse(column, row, "this process has no key; set Encryption:KeyFile or Encryption:Key as the others have it", isKeyless: true);
        }

        var key = _ring.Find(keyId) ?? throw Refuse(column, row, $"encryption_keys has no usable key {keyId}");
        try
        {
            return Sealing.Open(key.Bytes, value, Context(column, row, part, keyId, word));
        }
        catch (CryptographicException)
        {
            throw Refuse(column, row, "it was changed, or belongs to another row");
        }
    }

    /// <summary>The key to write with; null where values are written plain.</summary>
    internal DataKey? Writer => _ring.Current;

    internal UndecryptableException Refuse(EncryptedColumn column, Guid row, string reason, bool isKeyless = false)
    {
        if (_told.Count < ToldMax && _told.TryAdd($"{column.Name} {reason}", true))
        {
            LogUndecryptable(column.Name, row, reason);
        }

        return new($"The value of {column.Name} cannot be decrypted: {reason}.", isKeyless);
    }

    /// <summary>What binds a value to its place: moved elsewhere, it cannot be decrypted.</summary>
    internal static byte[] Context(EncryptedColumn column, Guid row, int part, int key, string word) =>
        Encoding.ASCII.GetBytes($"{column.Name}|{row:N}|{part}|{key}|{word}");

    [LoggerMessage(1240, LogLevel.Error, "A value of {Column} in row {Row} cannot be decrypted: {Reason}. Others like it are not logged")]
    private partial void LogUndecryptable(string column, Guid row, string reason);
}
