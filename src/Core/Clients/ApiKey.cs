using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Core.Clients;

/// <summary>A secret that a client sends. Only its hash is stored: 256 random bits need no slow hash.</summary>
public static class ApiKey
{
    private const string Scheme = "pk_";
    private const int RandomBytes = 32;

    // Six bits each: what is shown leaves more than 220 to guess.
    private const int ShownCharacters = 5;

    /// <summary>A new key: <c>pk_</c> and 43 characters of base64url.</summary>
    public static string Create() => Scheme + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    /// <summary>How a key begins: enough to tell it from another one of its client.</summary>
    public static string Prefix(string key) => key[..(Scheme.Length + ShownCharacters)];
}
