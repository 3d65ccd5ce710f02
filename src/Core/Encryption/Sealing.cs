using System.Security.Cryptography;

namespace Pipeline.Core.Encryption;

/// <summary>AES-256-GCM: a random nonce, what is encrypted, and a tag, in this order.</summary>
internal static class Sealing
{
    /// <summary>By how much a value grows.</summary>
    public const int OverheadBytes = NonceBytes + TagBytes;

    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    public static byte[] Seal(byte[] key, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> context)
    {
        var value = new byte[OverheadBytes + plain.Length];
        plain.CopyTo(value.AsSpan(NonceBytes));
        SealInPlace(key, value, context);
        return value;
    }

    /// <param name="value">With what is to be encrypted in its middle, between the places of nonce and tag.</param>
    public static void SealInPlace(byte[] key, Span<byte> value, ReadOnlySpan<byte> context)
    {
        var nonce = value[..NonceBytes];
        var text = value[NonceBytes..^TagBytes];
        RandomNumberGenerator.Fill(nonce);

        // Not shared: its native context serves one thread at a time.
        using AesGcm cipher = new(key, TagBytes);
        cipher.Encrypt(nonce, text, text, value[^TagBytes..], context);
    }

    /// <summary>Where what is encrypted stands in a value of so many bytes.</summary>
    public static Range Text(int length) => NonceBytes..(length - TagBytes);

    /// <exception cref="CryptographicException">It was encrypted with another key or for another place, or was changed.</exception>
    public static byte[] Open(byte[] key, ReadOnlySpan<byte> value, ReadOnlySpan<byte> context)
    {
        if (value.Length < OverheadBytes)
        {
            throw new CryptographicException("The value is too short.");
        }

        var plain = new byte[value.Length - OverheadBytes];
        using AesGcm cipher = new(key, TagBytes);
        cipher.Decrypt(value[..NonceBytes], value[NonceBytes..^TagBytes], value[^TagBytes..], plain, context);
        return plain;
    }
}
