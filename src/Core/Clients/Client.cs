using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Core.Clients;

/// <summary>Whoever holds an API key.</summary>
public sealed record Client
{
    /// <summary>The client of an API that has no keys and listens on loopback only.</summary>
    public static readonly Guid LocalId = Guid.Empty;

    /// <summary>Whom jobs belong to that the pipeline gives itself. It has no key and no row; nobody can act as it.</summary>
    public static readonly Guid SystemId = new("00000000-0000-0000-0000-000000000001");

    public required Guid Id { get; init; }

    public required string Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? RevokedAt { get; init; }
}

/// <summary>How a client wants its reports; null leaves it to the server.</summary>
public sealed record ClientReporting
{
    /// <summary>Where its days begin: an IANA name.</summary>
    public string? TimeZone { get; init; }

    /// <summary><c>ko</c> or <c>en</c>.</summary>
    public string? Language { get; init; }
}

/// <summary>A key with this name is in use.</summary>
public sealed class ClientExistsException : Exception
{
    public ClientExistsException(string name)
        : base($"A key named '{name}' exists. Choose another name, or revoke it first.")
    {
    }
}

/// <summary>A secret that a client sends. Only its hash is stored: 256 random bits need no slow hash.</summary>
public static class ApiKey
{
    private const string Prefix = "pk_";
    private const int RandomBytes = 32;

    /// <summary>A new key: <c>pk_</c> and 43 characters of base64url.</summary>
    public static string Create() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));

    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
