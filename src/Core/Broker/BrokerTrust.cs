using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Broker;

/// <summary>
/// Whom we take for the broker behind <c>amqps://</c>: a certificate of the name in the URL, from an authority that the system trusts or,
/// where <see cref="BrokerOptions.CertificateAuthorityFile"/> names one, from that alone. There is no way to turn this off.
/// </summary>
internal static class BrokerTrust
{
    /// <exception cref="StartupException">The file has no certificates.</exception>
    public static RemoteCertificateValidationCallback Of(string? authorityFile)
    {
        var authorities = authorityFile is null ? null : Load(authorityFile);
        return (_, certificate, chain, errors) => authorities is null ? errors is SslPolicyErrors.None
            : certificate is not null && (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) is SslPolicyErrors.None && IsFrom(authorities, certificate, chain);
    }

    private static bool IsFrom(X509Certificate2Collection authorities, X509Certificate certificate, X509Chain? sent)
    {
        using X509Chain chain = new();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // A private authority seldom says what it revoked.
        foreach (var element in sent?.ChainElements ?? Enumerable.Empty<X509ChainElement>())
        {
            chain.ChainPolicy.ExtraStore.Add(element.Certificate);
        }

        using X509Certificate2 shown = new(certificate);
        return chain.Build(shown);
    }

    private static X509Certificate2Collection Load(string file)
    {
        X509Certificate2Collection authorities = [];
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new StartupException($"Broker:CertificateAuthorityFile cannot be read: {e.Message} Name a file in PEM.", e);
        }

        return authorities.Count > 0 ? authorities
            : throw new StartupException($"Broker:CertificateAuthorityFile is {file}, which has no certificate. Name a file in PEM.");
    }
}
