using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Core.Webhooks;

/// <summary>The symmetric scheme of Standard Webhooks 1.0.0: HMAC-SHA256 over id, time and body.</summary>
public static class WebhookSignature
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    private const string SecretPrefix = "whsec_";
    private const int SecretBytes = 32;

    public static byte[] CreateSecret() => RandomNumberGenerator.GetBytes(SecretBytes);

    /// <summary>A secret as its client gets it.</summary>
    public static string Text(byte[] secret) => SecretPrefix + Convert.ToBase64String(secret);

    /// <summary>The value of <see cref="SignatureHeader"/>: one signature a secret, any of which proves the sender.</summary>
    /// <param name="unixSeconds">When this attempt was made.</param>
    public static string Of(string id, long unixSeconds, string payload, IEnumerable<byte[]> secrets)
    {
        var content = Encoding.UTF8.GetBytes($"{id}.{unixSeconds}.{payload}");
        return string.Join(' ', secrets.Select(secret => "v1," + Convert.ToBase64String(HMACSHA256.HashData(secret, content))));
    }
}
