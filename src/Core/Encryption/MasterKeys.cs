using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Core.Encryption;

/// <summary>The keys that data keys are encrypted with. They come from the operator, and are never stored.</summary>
internal sealed class MasterKeys
{
    public const int KeyBytes = 32;

    private readonly IReadOnlyList<MasterKey> _keys;

    private MasterKeys(IReadOnlyList<MasterKey> keys) => _keys = keys;

    /// <summary>There is none: encryption is off.</summary>
    public bool IsEmpty => _keys.Count is 0;

    /// <summary>The one that new data keys are wrapped with.</summary>
    public MasterKey Current => _keys[0];

    /// <summary>That of the current one first.</summary>
    public IReadOnlyList<string> Names => [.. _keys.Select(key => key.Name)];

    public MasterKey? Find(string name) => _keys.FirstOrDefault(key => key.Name == name);

    /// <exception cref="MasterKeyException">A key is none.</exception>
    public static MasterKeys Read(EncryptionOptions options)
    {
        IReadOnlyList<(string Text, string Place)> first = options switch
        {
            { Key: { Length: > 0 } key } => [(key, "Encryption:Key")],
            { KeyFile: { Length: > 0 } file } => [.. Lines(file).Select((line, index) => (line, $"Line {index + 1} of Encryption:KeyFile ({file})"))],
            _ => [],
        };
        return new([.. first.Concat((options.OldKeys ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(key => (key, "A key of Encryption:OldKeys"))).Select(key => Parse(key.Item1, key.Item2))]);
    }

    private static string[] Lines(string file)
    {
        try
        {
            var lines = File.ReadAllLines(file).Select(line => line.Trim()).Where(line => line.Length > 0).ToArray();
            return lines is [] ? throw new MasterKeyException($"Encryption:KeyFile ({file}) is empty. Write a key into it: openssl rand -base64 32.") : lines;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new MasterKeyException($"Encryption:KeyFile cannot be read: {e.Message}");
        }
    }

    private static MasterKey Parse(string text, string place)
    {
        var bytes = new byte[KeyBytes];
        return Convert.TryFromBase64String(text.Trim(), bytes, out var written) && written is KeyBytes
            ? new(bytes)
            : throw new MasterKeyException($"{place} is not a key: 32 random bytes in Base64 are needed. Make one with openssl rand -base64 32.");
    }
}

/// <summary>A key that encrypts keys.</summary>
internal sealed class MasterKey(byte[] key)
{
    private const int NameBytes = 8;

    // Of a digest for this purpose alone, so that the name says nothing of the key.
    private static readonly byte[] _purpose = Encoding.ASCII.GetBytes("pipeline master key name");

    /// <summary>Tells it from others, in the database and in messages.</summary>
    public string Name { get; } = Convert.ToHexStringLower(HMACSHA256.HashData(key, _purpose).AsSpan(0, NameBytes));

    public byte[] Wrap(byte[] dataKey, DateOnly day) => Sealing.Seal(key, dataKey, Context(day));

    /// <exception cref="CryptographicException">It was changed, or is that of another day.</exception>
    public byte[] Unwrap(byte[] wrapped, DateOnly day) => Sealing.Open(key, wrapped, Context(day));

    private static byte[] Context(DateOnly day) => Encoding.ASCII.GetBytes($"encryption_keys:{day:yyyy-MM-dd}");
}

/// <summary>A setting that is to be a key is none; the message names it, and never shows what it holds.</summary>
public sealed class MasterKeyException(string message) : Exception(message);
