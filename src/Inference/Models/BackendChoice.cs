namespace Pipeline.Inference.Models;

/// <summary>Which of the registered backends loads a model.</summary>
internal static class BackendChoice
{
    /// <param name="loaders">In order of registration.</param>
    /// <param name="backend">Inference:Backend.</param>
    /// <exception cref="ModelLoadException">This build has no such backend.</exception>
    public static IModelLoader Find(IEnumerable<IModelLoader> loaders, string backend) =>
        loaders.FirstOrDefault(loader => backend == "Auto" || loader.Backend.Equals(backend, StringComparison.OrdinalIgnoreCase))
            ?? throw new ModelLoadException(
                $"Inference:Backend is {backend}, which this build does not have.",
                $"Set one of: Auto, {string.Join(", ", loaders.Select(loader => loader.Backend))}.");
}
