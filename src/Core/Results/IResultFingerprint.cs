using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Core.Results;

/// <summary>
/// How a worker makes the results of one kind. Workers with the same fingerprint would give the same result to the same input,
/// so the result of one can stand for that of another.
/// </summary>
public interface IResultFingerprint
{
    string Kind { get; }

    /// <summary>
    /// Everything but the input that a result depends on: the model, the prompt, options. Asked once the model is
    /// loaded, and again after each <see cref="Revision"/>. Null when nobody can tell, as with a server that may change its model.
    /// </summary>
    string? Describe();

    /// <summary>Grows when <see cref="Describe"/> would say something else.</summary>
    long Revision => 0;
}

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
