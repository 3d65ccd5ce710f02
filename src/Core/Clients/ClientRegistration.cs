using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Pipeline.Core.Clients;

public static class ClientRegistration
{
    /// <summary>This process asks for keys, and so knows when they are used. Said twice it counts once.</summary>
    public static IServiceCollection AddKeyUse(this IServiceCollection services) => services.AddHostedService<KeyUseWriter>();

    /// <summary>This process computes for many clients in turns, by their weights. Said twice it counts once.</summary>
    public static IServiceCollection AddClientWeights(this IServiceCollection services, Func<IServiceProvider, Action<IReadOnlyDictionary<string, double>>> replace)
    {
        services.TryAddSingleton(provider => new ClientWeightsSink(replace(provider)));
        return services.AddHostedService<ClientWeights>();
    }

    internal static IServiceCollection AddClients(this IServiceCollection services) => services.AddSingleton<ClientStore>().AddSingleton<KeyStore>().AddSingleton<SessionStore>();
}
