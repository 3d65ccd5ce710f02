using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.LLamaSharp;

/// <summary>Registers the LLamaSharp backend.</summary>
public static class LLamaSharpRegistration
{
    /// <summary>Adds the loader. Loads no native code yet.</summary>
    public static IServiceCollection AddLLamaSharp(this IServiceCollection services)
    {
        services.TryAddSingleton<IModelLoader, LLamaSharpModelLoader>();
        return services;
    }
}
