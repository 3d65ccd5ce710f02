using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Core.Encryption;

namespace Pipeline.Core.Tests.Encryption;

/// <summary>Vaults of one installation: they share the master key of this run.</summary>
internal static class TestVault
{
    private static readonly string _key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>As a process opens it when it starts.</summary>
    public static async Task<(Vault Vault, KeyRing Ring)> OpenAsync(NpgsqlDataSource dataSource, TimeProvider time)
    {
        KeyRing ring = new(new(dataSource), MasterKeys.Read(new() { Key = _key }), isReadOnly: false, time, NullLogger<KeyRing>.Instance);
        await ring.LoadAsync(TestContext.Current.CancellationToken);
        return (new(ring, NullLogger<Vault>.Instance), ring);
    }
}
