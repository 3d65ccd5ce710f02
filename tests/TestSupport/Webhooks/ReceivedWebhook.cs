using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Pipeline.TestSupport.Webhooks;

/// <summary>A webhook as its receiver sees it, with the checks that the specification asks of receivers, written from it alone.</summary>
public sealed record ReceivedWebhook
{
    public required string Method { get; init; }

    public required string Path { get; init; }

    public required IReadOnlyDictionary<string, string> Headers { get; init; }

    public required byte[] Body { get; init; }

    public string Id => Headers["webhook-id"];

    public DateTimeOffset Timestamp => DateTimeOffset.FromUnixTimeSeconds(long.Parse(Headers["webhook-timestamp"], CultureInfo.InvariantCulture));

    public JsonElement Json => JsonDocument.Parse(Body).RootElement;

    /// <summary>Of how many signatures one is made with this secret, <c>whsec_…</c>.</summary>
    public (int Signatures, int Matching) Verify(string secret)
    {
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        byte[] signed = [.. Encoding.ASCII.GetBytes(Id), (byte)'.', .. Encoding.ASCII.GetBytes(Headers["webhook-timestamp"]), (byte)'.', .. Body];
        using var hmac = new HMACSHA256(key);
        var expected = hmac.ComputeHash(signed);
        var signatures = Headers["webhook-signature"].Split(' ');
        return (signatures.Length, signatures.Count(signature =>
            signature.Split(',') is ["v1", var value] && CryptographicOperations.FixedTimeEquals(Convert.FromBase64String(value), expected)));
    }
}
