using Microsoft.Extensions.Configuration;
using Pipeline.Contracts;

namespace Pipeline.Core.Hosting;

/// <summary>Settings that stood elsewhere in earlier versions. They are refused with what to write instead: a worker that overlooked one would answer with another model.</summary>
internal static class MovedSettings
{
    /// <exception cref="StartupException">There is one.</exception>
    public static void Refuse(IConfiguration settings, IEnumerable<JobKind> kinds)
    {
        var sections = kinds.Select(kind => kind.Name.Replace("-", "", StringComparison.Ordinal)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var moved = settings.GetSection("Models").GetChildren().SelectMany(section => Moved(section, sections)).ToList();
        if (moved.Count > 0)
        {
            throw new StartupException($"Settings have moved: write {string.Join(", ", moved.Select(setting => $"{setting.New} instead of {setting.Old}"))}. Kinds:KIND:Model takes a name of section Models, or a file.");
        }
    }

    private static IEnumerable<(string Old, string New)> Moved(IConfigurationSection section, HashSet<string> kinds) => section.Key switch
    {
        "AllowSmallWriter" => [(section.Path, "Kinds:AllowSmallWriter")],
        "Remote" => section.GetChildren().Select(setting => (setting.Path, $"Inference:Remote:{setting.Key}")),
        "Catalogue" => section.GetChildren().Select(model => (model.Path, $"Models:{model.Key}")),
        _ when kinds.Contains(section.Key) => section.GetChildren().Select(setting => (setting.Path, $"Kinds:{section.Key}:{(setting.Key is "Path" ? "Model" : setting.Key)}")),
        _ => [],
    };
}
