using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Pipeline.Core.Hosting;

/// <summary>What every room says in the same words when it registers itself.</summary>
public static class ServiceRegistration
{
    /// <summary>Options bound to a section, and checked when the host starts. Said twice it counts once: several rooms may need the same options.</summary>
    public static IServiceCollection AddValidated<TOptions, TValidator>(this IServiceCollection services, string section)
        where TOptions : class
        where TValidator : class, IValidateOptions<TOptions>
    {
        if (!services.Any(service => service.ServiceType == typeof(IValidateOptions<TOptions>) && service.ImplementationType == typeof(TValidator)))
        {
            services.AddSingleton<IValidateOptions<TOptions>, TValidator>();
            services.AddOptions<TOptions>().BindConfiguration(section).ValidateOnStart();
        }

        return services;
    }

    /// <summary>A hosted service that others ask for as well.</summary>
    public static IServiceCollection AddHosted<T>(this IServiceCollection services)
        where T : class, IHostedService =>
        services.AddSingleton<T>().AddHostedService(provider => provider.GetRequiredService<T>());
}
