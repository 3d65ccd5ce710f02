using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.LlamaCpp;

/// <summary>Registers the llama.cpp backend.</summary>
public static class LlamaCppRegistration
{
    /// <summary>Adds the loader, configured by section "LlamaCpp". Loads no native code yet.</summary>
    public static IServiceCollection AddLlamaCpp(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<LlamaCppOptions>().Bind(configuration.GetSection(LlamaCppOptions.Section));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IModelLoader, LlamaModelLoader>());
        return services;
    }
}
