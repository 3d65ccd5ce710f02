using System.Buffers.Text;
using System.Globalization;
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

/// <summary>A key as lists show it, with its client.</summary>
public sealed record StoredKey
{
    public required Guid Id { get; init; }

    /// <summary>Of the client.</summary>
    public required string Name { get; init; }

    /// <summary>Of the client.</summary>
    public required Role Role { get; init; }

    /// <summary>How the key begins; null for keys made before this was kept.</summary>
    public string? Prefix { get; init; }

    /// <summary>A value of <see cref="KeyState"/>.</summary>
    public required string State { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Up to a minute late; null: not yet.</summary>
    public DateTimeOffset? LastUsedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }
}

public static class KeyState
{
    public const string Active = "active";
    public const string Expired = "expired";
    public const string Revoked = "revoked";
}

/// <summary>How long keys live.</summary>
public static class KeyTimes
{
    /// <summary>How long the key that is rotated goes on working, unless the caller says otherwise.</summary>
    public static readonly TimeSpan GraceDefault = TimeSpan.FromHours(24);

    public static readonly TimeSpan GraceMax = TimeSpan.FromDays(30);

    /// <summary>Furthest that the end of a key may lie ahead; one without an end never expires.</summary>
    public static readonly TimeSpan LifetimeMax = TimeSpan.FromDays(3_650);

    /// <summary>Reads <c>90d</c>, <c>24h</c>, <c>30m</c> or <c>45s</c>; null for anything else.</summary>
    public static TimeSpan? Parse(string text)
    {
        if (text.Length < 2 || !int.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return null;
        }

        // At most 2^31 of the largest unit, which a TimeSpan holds.
        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            'd' when number <= TimeSpan.MaxValue.Days => TimeSpan.FromDays(number),
            _ => null,
        };
    }
}
