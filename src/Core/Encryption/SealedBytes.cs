using System.Buffers.Binary;

namespace Pipeline.Core.Encryption;

/// <summary>The same for columns of bytes: <c>PSE1</c>, the number of the key, and the value. Plain bytes that begin like that stand behind <c>PSE0</c>.</summary>
internal static class SealedBytes
{
    private const int HeaderBytes = 8;

    private static ReadOnlySpan<byte> Encrypted => "PSE1"u8;

    private static ReadOnlySpan<byte> Literal => "PSE0"u8;

    public static byte[] Seal(this Vault vault, EncryptedColumn column, Guid row, byte[] plain, int part = 0)
    {
        if (vault.Writer is not { } key)
        {
            return plain.AsSpan().StartsWith(Encrypted) || plain.AsSpan().StartsWith(Literal) ? [.. Literal, .. plain] : plain;
        }

        var stored = new byte[HeaderBytes + Sealing.OverheadBytes + plain.Length];
        Encrypted.CopyTo(stored);
        BinaryPrimitives.WriteInt32BigEndian(stored.AsSpan(Encrypted.Length), key.Id);
        var value = stored.AsSpan(HeaderBytes);
        plain.CopyTo(value[Sealing.Text(value.Length)]);
        Sealing.SealInPlace(key.Bytes, value, Vault.Context(column, row, part, key.Id, word: ""));
        return stored;
    }

    /// <exception cref="UndecryptableException">It cannot be decrypted.</exception>
    public static byte[] Open(this Vault vault, EncryptedColumn column, Guid row, byte[] stored, int part = 0)
    {
        if (stored.AsSpan().StartsWith(Literal))
        {
            return stored[Literal.Length..];
        }

        if (!stored.AsSpan().StartsWith(Encrypted))
        {
            return stored;
        }

        return stored.Length < HeaderBytes
            ? throw vault.Refuse(column, row, "it was changed")
            : vault.Open(column, row, part, BinaryPrimitives.ReadInt32BigEndian(stored.AsSpan(Encrypted.Length)), word: "", stored.AsSpan(HeaderBytes));
    }
}
