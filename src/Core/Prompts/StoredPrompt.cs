using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Contracts;

namespace Pipeline.Core.Prompts;

/// <summary>A prompt with the version in use, as its client may see it.</summary>
public sealed record StoredPrompt
{
    public required Guid Id { get; init; }

    /// <summary>It comes with Pipeline: everybody sees it, nobody changes it.</summary>
    public required bool IsBuiltIn { get; init; }

    public required string Kind { get; init; }

    public required string Name { get; init; }

    public required string Language { get; init; }

    /// <summary>The version in use.</summary>
    public required int Version { get; init; }

    public required bool IsActive { get; init; }

    public required string System { get; init; }

    public string? User { get; init; }

    /// <summary>JSON array of user and assistant.</summary>
    public required string Examples { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When the version in use was made.</summary>
    public required DateTimeOffset VersionCreatedAt { get; init; }
}

/// <summary>One version of a prompt; it never changes.</summary>
public sealed record PromptVersion
{
    public required int Version { get; init; }

    public required bool IsInUse { get; init; }

    public required string System { get; init; }

    public string? User { get; init; }

    /// <summary>JSON array of user and assistant.</summary>
    public required string Examples { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>What became of a client's wish to make or change a prompt.</summary>
public abstract record PromptChange
{
    private PromptChange()
    {
    }

    /// <param name="Prompt">The prompt after the change.</param>
    public sealed record Done(StoredPrompt Prompt) : PromptChange;

    /// <summary>The client has no such prompt.</summary>
    public sealed record NotFound : PromptChange;

    /// <summary>It comes with Pipeline.</summary>
    public sealed record BuiltIn(StoredPrompt Prompt) : PromptChange;

    /// <summary>The client has a prompt of this kind, name and language.</summary>
    public sealed record Exists : PromptChange;

    /// <summary>The prompt has no such version.</summary>
    public sealed record NoVersion(StoredPrompt Prompt) : PromptChange;

    /// <summary>The limit of prompts or versions is reached.</summary>
    /// <param name="Setting">The option that says so.</param>
    public sealed record TooMany(string Setting, int Max) : PromptChange;
}

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
