using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Core.Results;

/// <summary>What a result depends on, as one value. 128 bits of SHA-256: nobody gains by a collision with a key of their own.</summary>
internal static class ResultKey
{
    /// <summary>A fingerprint as workers publish it.</summary>
    public static string Digest(string fingerprint) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(fingerprint)));

    /// <param name="clientId">Part of it: how fast an answer comes must not tell one client what another asked.</param>
    /// <param name="fingerprint">A <see cref="Digest"/>.</param>
    /// <param name="inputJson">As it is stored.</param>
    public static Guid Of(Guid clientId, string kind, string fingerprint, string inputJson)
    {
        // Kinds and digests hold no line ends.
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{clientId:N}\n{kind}\n{fingerprint}\n{inputJson}"));
        return new Guid(hash.AsSpan(0, 16));
    }
}
