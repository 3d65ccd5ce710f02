using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Contracts;

namespace Pipeline.Core.Prompts;

/// <summary>
/// The templates that come with Pipeline: <c>BuiltIn/*.json</c>, one file a kind. Whoever changes a text counts its version up:
/// databases keep what they have of a version.
/// </summary>
public sealed class BuiltInPrompts
{
    public const string DefaultName = "default";

    private const string Folder = "Pipeline.Core.Prompts.BuiltIn.";

    public IReadOnlyList<PromptTemplate> All { get; } = [.. Load()];

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
