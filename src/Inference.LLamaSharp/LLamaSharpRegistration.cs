using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Pipeline.Inference.LLamaSharp.LoaderProcess;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.LLamaSharp;

/// <summary>Registers the LLamaSharp backend.</summary>
public static class LLamaSharpRegistration
{
    /// <summary>Adds the loader, configured by section "Inference:LoaderProcess". Loads no native code yet.</summary>
    public static IServiceCollection AddLLamaSharp(this IServiceCollection services)
    {
        services.AddOptions<LoaderProcessOptions>().BindConfiguration(LoaderProcessOptions.Section).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<LoaderProcessOptions>, LoaderProcessOptionsValidator>());
        services.TryAddSingleton<LLamaSharpModelLoader>();
        services.TryAddSingleton<IModelLoader, TriedModelLoader>();
        return services;
    }
}
