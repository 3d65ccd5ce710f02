using Microsoft.Extensions.Options;

namespace Pipeline.Api.Shares;

/// <summary>What one client may take of this process, so that others have the rest.</summary>
internal static class ShareRegistration
{
    public static IServiceCollection AddShares(this IServiceCollection services)
    {
        services.AddSingleton<RequestShare>();
        services.AddSingleton<BodyTime>();
        services.AddSingleton<UploadSlots>();
        services.AddSingleton<SpoolRoom>();
        services.AddSingleton<BodyRoom>();
        services.AddSingleton<ParserTurns>();
        services.AddSingleton<IValidateOptions<ApiOptions>, ShareRules>();
        services.AddHostedService<ConnectionRates>();
        return services;
    }
}
