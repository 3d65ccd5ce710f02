using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Contracts;

namespace Pipeline.Core.Prompts;

/// <summary>The value of <c>prompt_versions.examples</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IReadOnlyList<PromptExample>))]
internal sealed partial class PromptExamplesJson : JsonSerializerContext
{
    // Korean stays Korean; the JSON is never put into HTML unescaped. Not an initializer: the order of those is undefined
    // across the parts of a partial class.
    private static PromptExamplesJson Unescaped => field ??= new(
        new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public static string Write(IReadOnlyList<PromptExample> examples) => JsonSerializer.Serialize(examples, Unescaped.IReadOnlyListPromptExample);

    public static IReadOnlyList<PromptExample> Read(string json) => JsonSerializer.Deserialize(json, Unescaped.IReadOnlyListPromptExample)!;
}
