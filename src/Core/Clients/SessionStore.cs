using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Npgsql;
using Pipeline.Core.Postgres;

namespace Pipeline.Core.Clients;

/// <summary>Browsers that are logged in with a key. Owns <c>console_sessions</c>; whether the key still counts, <see cref="ClientStore"/> says.</summary>
public sealed class SessionStore(NpgsqlDataSource dataSource, ClientStore clients)
{
    private const string Add = """
        insert into console_sessions (token_hash, key_id, expires_at) values (@TokenHash, @KeyId, now() + @LengthSeconds * interval '1 second')
        """;

    private const string Find = """
        select k.key_hash from console_sessions s join api_keys k on k.id = s.key_id where s.token_hash = @TokenHash and s.expires_at > now()
        """;

    private const string Delete = "delete from console_sessions where token_hash = @TokenHash or expires_at <= now()";

    private const int RandomBytes = 32;

    /// <summary>Logs in: what the browser sends from now on.</summary>
    /// <param name="keyId">The key that it logged in with.</param>
    public async Task<string> BeginAsync(Guid keyId, TimeSpan length, CancellationToken cancellationToken)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));
        await dataSource.ExecuteAsync(Add, new { TokenHash = Hash(token), KeyId = keyId, LengthSeconds = length.TotalSeconds }, cancellationToken);
        return token;
    }

    /// <summary>The client of a session as its key is now; null once either has ended.</summary>
    public async Task<Client?> FindAsync(string token, CancellationToken cancellationToken) =>
        await dataSource.QuerySingleOrDefaultAsync<byte[]>(Find, new { TokenHash = Hash(token) }, cancellationToken) is { } keyHash
            ? await clients.FindByHashAsync(keyHash, cancellationToken)
            : null;

    /// <summary>Logs out. Those that have run out go as well.</summary>
    public Task EndAsync(string token, CancellationToken cancellationToken) => dataSource.ExecuteAsync(Delete, new { TokenHash = Hash(token) }, cancellationToken);

    // 256 random bits need no slow hash.
    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
