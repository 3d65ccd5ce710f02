using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Pipeline.Client.Webhooks;

/// <summary>Tells webhooks of the server from those of others, by the symmetric scheme of Standard Webhooks 1.0.0. Safe for concurrent use.</summary>
public sealed class WebhookVerifier
{
    public const string IdHeader = "webhook-id";
    public const string TimestampHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    private const string SecretPrefix = "whsec_";
    private const string Scheme = "v1,";

    /// <summary>How far the time of a webhook may be from now: a recorded one cannot be sent again later.</summary>
    private static readonly TimeSpan AgeMax = TimeSpan.FromMinutes(5);

    private readonly byte[][] _secrets;
    private readonly TimeProvider _time;

    /// <param name="secrets">At least one, as the server showed it; several while one replaces another.</param>
    /// <exception cref="ArgumentException">A secret has another form.</exception>
    public WebhookVerifier(IReadOnlyCollection<string> secrets, TimeProvider time)
    {
        _time = time;
        _secrets = [.. secrets.Select(Read)];
        if (_secrets is [])
        {
            throw new ArgumentException("Without a secret nothing can be verified: give the one that POST /api/webhooks/secrets shows.", nameof(secrets));
        }
    }

    /// <summary>The event of a request, or null where no secret signed it, or not lately: answer 400 then.</summary>
    /// <param name="header">Finds a header of the request by its name.</param>
    /// <param name="body">As it came, byte by byte.</param>
    public WebhookEvent? Verify(Func<string, string?> header, ReadOnlySpan<byte> body)
    {
        if (!IsAuthentic(header, body))
        {
            return null;
        }

        try
        {
            return JsonSerializer.Deserialize(body, ClientJson.Default.WebhookEvent)! with { Id = header(IdHeader)! };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether a secret signed it, lately.</summary>
    internal bool IsAuthentic(Func<string, string?> header, ReadOnlySpan<byte> body) =>
        header(IdHeader) is { } id && header(TimestampHeader) is { } timestamp && header(SignatureHeader) is { } signature
        && IsRecent(timestamp) && IsSigned(id, timestamp, signature, body);

    private bool IsRecent(string timestamp) =>
        long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && Math.Abs(_time.GetUtcNow().ToUnixTimeSeconds() - seconds) <= AgeMax.TotalSeconds;

    private bool IsSigned(string id, string timestamp, string signature, ReadOnlySpan<byte> body)
    {
        byte[] content = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        var given = signature.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(one => one.StartsWith(Scheme, StringComparison.Ordinal)).ToArray();
        return _secrets.Select(secret => Encoding.ASCII.GetBytes(Scheme + Convert.ToBase64String(HMACSHA256.HashData(secret, content))))
            .Any(expected => given.Any(one => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), expected)));
    }

    private static byte[] Read(string secret)
    {
        var text = secret.StartsWith(SecretPrefix, StringComparison.Ordinal) ? secret[SecretPrefix.Length..] : secret;
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && length > 0
            ? bytes[..length]
            : throw new ArgumentException($"A secret is {SecretPrefix} and base64, as POST /api/webhooks/secrets shows it.", nameof(secret));
    }
}
