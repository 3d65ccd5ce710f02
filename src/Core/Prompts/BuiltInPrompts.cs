using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Contracts;

namespace Pipeline.Core.Prompts;

/// <summary>The templates that come with Pipeline: <c>BuiltIn/*.json</c>, one file a kind.</summary>
public sealed class BuiltInPrompts : IPromptTemplates
{
    public const string DefaultName = "default";

    private const string Folder = "Pipeline.Core.Prompts.BuiltIn.";

    private readonly Dictionary<(string Kind, string Name, string Language), PromptTemplate> _templates =
        Load().ToDictionary(template => (template.Kind, template.Name, template.Language));

    public IReadOnlyCollection<PromptTemplate> All => _templates.Values;

    public Task<PromptTemplate?> FindAsync(Guid clientId, string kind, string? name, string? language, CancellationToken cancellationToken) =>
        Task.FromResult(_templates.GetValueOrDefault((kind, name ?? DefaultName, language ?? TextLanguage.English)));

    private static IEnumerable<PromptTemplate> Load()
    {
        var assembly = typeof(BuiltInPrompts).Assembly;
        foreach (var file in assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)))
        {
            using var stream = assembly.GetManifestResourceStream(file)!;
            foreach (var template in JsonSerializer.Deserialize(stream, BuiltInPromptsJson.Default.ListPromptTemplate)!)
            {
                yield return template;
            }
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(List<PromptTemplate>))]
internal sealed partial class BuiltInPromptsJson : JsonSerializerContext;
