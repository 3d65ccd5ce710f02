using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Pipeline.Api.Shares;

/// <summary>What one client may take of this process, so that others have the rest.</summary>
internal static class ShareRegistration
{
    // A connection that pauses shorter than this is not slow.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    public static IServiceCollection AddShares(this IServiceCollection services)
    {
        services.AddSingleton<RequestShare>();
        services.AddSingleton<BodyTime>();
        services.AddSingleton<UploadSlots>();
        services.AddSingleton<SpoolRoom>();
        services.AddSingleton<BodyRoom>();
        services.AddSingleton<ParserTurns>();
        services.AddSingleton<IValidateOptions<ApiOptions>, ShareRules>();
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<ApiOptions>>((kestrel, api) =>
        {
            kestrel.Limits.MinRequestBodyDataRate = new(api.Value.BytesPerSecondMin, Grace);
            kestrel.Limits.MinResponseDataRate = new(api.Value.BytesPerSecondMin, Grace);
        });
        return services;
    }
}
