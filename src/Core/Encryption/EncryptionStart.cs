using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Encryption;

/// <summary>Reads the data keys before anything else of the host starts: with a wrong key, or none where one is needed, it does not.</summary>
internal sealed class EncryptionStart(KeyRing ring) : StartupStep
{
    public override async Task StartingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ring.LoadAsync(cancellationToken);
        }
        catch (UnknownMasterException e)
        {
            throw new StartupException(e.Message, e);
        }
    }
}

/// <summary>Makes the data key of tomorrow, and learns what others made.</summary>
internal sealed class KeyRounds(KeyRing ring, TimeProvider time, ILogger<KeyRounds> logger) : LoopService(time, logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task LoopAsync(CancellationToken stoppingToken)
    {
        while (!ring.IsEmpty)
        {
            await Task.Delay(Interval, Time, stoppingToken);
            await ring.LoadAsync(stoppingToken);
            RoundDone();
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, Time, stoppingToken);
    }
}

internal static class EncryptionRegistration
{
    /// <summary>After the database, which the keys are in.</summary>
    public static IServiceCollection AddEncryption(this IServiceCollection services) => services
        .AddValidated<EncryptionOptions, EncryptionOptionsValidator>(EncryptionOptions.Section)
        .AddSingleton<EncryptionKeyStore>()
        .AddSingleton(provider => Ring(provider, provider.GetRequiredService<IOptions<EncryptionOptions>>().Value))
        .AddSingleton(provider => new Vault(provider.GetRequiredService<KeyRing>(), provider.GetRequiredService<ILogger<Vault>>()))
        .AddSingleton(provider => new MasterKeyRotation(provider.GetRequiredService<EncryptionKeyStore>(), provider.GetRequiredService<IOptions<EncryptionOptions>>()))
        .AddHostedService<EncryptionStart>()
        .AddHostedService<KeyRounds>();

    private static KeyRing Ring(IServiceProvider provider, EncryptionOptions options) => new(
        provider.GetRequiredService<EncryptionKeyStore>(),
        MasterKeys.Read(options),
        options.ReadOnly,
        provider.GetRequiredService<TimeProvider>(),
        provider.GetRequiredService<ILogger<KeyRing>>());
}
