using Microsoft.Extensions.DependencyInjection;

namespace Pipeline.Core.Clients;

public static class ClientRegistration
{
    /// <summary>This process asks for keys, and so knows when they are used. Said twice it counts once.</summary>
    public static IServiceCollection AddKeyUse(this IServiceCollection services) => services.AddHostedService<KeyUseWriter>();

    internal static IServiceCollection AddClients(this IServiceCollection services) => services.AddSingleton<ClientStore>().AddSingleton<KeyStore>().AddSingleton<SessionStore>();
}
