using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Core.Clients;

/// <summary>A secret that a client sends. Only its hash is stored: 256 random bits need no slow hash.</summary>
public static class ApiKey
{
    private const string Prefix = "pk_";
    private const int RandomBytes = 32;

    /// <summary>A new key: <c>pk_</c> and 43 characters of base64url.</summary>
    public static string Create() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
