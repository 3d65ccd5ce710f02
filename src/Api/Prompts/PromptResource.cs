using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Api.Jobs;
using Pipeline.Core.Prompts;

namespace Pipeline.Api.Prompts;

/// <summary>A prompt as clients see it.</summary>
[Description("A prompt template with the version in use. Fields without a value are omitted.")]
internal sealed record PromptResource
{
    public required Guid Id { get; init; }

    [Description("The kind of job that it is for.")]
    public required string Kind { get; init; }

    [Description("What a job names it by; default is what a job without a name gets.")]
    public required string Name { get; init; }

    [Description("ko or en.")]
    public required string Language { get; init; }

    [Description("The version in use; results name it.")]
    public required int Version { get; init; }

    [Description("Whether jobs find it. Where your own is not active, they find the one that comes with Pipeline.")]
    public required bool Active { get; init; }

    [Description("true for built-in prompts: they cannot be changed, but your own prompt with the same kind, name and language takes precedence.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool BuiltIn { get; init; }

    [Description("The system message; {{placeholders}} are replaced.")]
    public required string System { get; init; }

    [Description("The user's message; {{placeholders}} are replaced.")]
    public string? User { get; init; }

    [Description("Exchanges before the user's message.")]
    [JsonConverter(typeof(RawJsonConverter))]
    public required string Examples { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    [Description("When the version in use was made.")]
    public required DateTimeOffset VersionCreatedAt { get; init; }

    public required PromptLinks Links { get; init; }

    public static PromptResource Of(StoredPrompt prompt) => new()
    {
        Id = prompt.Id,
        Kind = prompt.Kind,
        Name = prompt.Name,
        Language = prompt.Language,
        Version = prompt.Version,
        Active = prompt.IsActive,
        BuiltIn = prompt.IsBuiltIn,
        System = prompt.System,
        User = prompt.User,
        Examples = prompt.Examples,
        CreatedAt = prompt.CreatedAt,
        VersionCreatedAt = prompt.VersionCreatedAt,
        Links = PromptLinks.Of(prompt.Id),
    };
}

/// <param name="Self">GET reads it, PUT changes it, DELETE deletes it.</param>
/// <param name="Versions">GET lists every version.</param>
internal sealed record PromptLinks(string Self, string Versions)
{
    public static PromptLinks Of(Guid id) => new($"/api/prompts/{id}", $"/api/prompts/{id}/versions");
}

/// <param name="Prompts">Newest first; those that come with Pipeline come last.</param>
internal sealed record PromptPageResource(IReadOnlyList<PromptResource> Prompts, PageLinks Links);

/// <summary>One version as clients see it.</summary>
internal sealed record PromptVersionResource
{
    public required int Version { get; init; }

    [Description("true for the version that jobs get.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool InUse { get; init; }

    public required string System { get; init; }

    public string? User { get; init; }

    [JsonConverter(typeof(RawJsonConverter))]
    public required string Examples { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public static PromptVersionResource Of(PromptVersion version) => new()
    {
        Version = version.Version,
        InUse = version.IsInUse,
        System = version.System,
        User = version.User,
        Examples = version.Examples,
        CreatedAt = version.CreatedAt,
    };
}

/// <param name="Versions">Newest first.</param>
internal sealed record PromptVersionsResource(IReadOnlyList<PromptVersionResource> Versions);

/// <param name="Input">The job's input as it would be stored, with its prompt written out.</param>
internal sealed record PromptPreviewResource([property: Description("The job's input as it would be stored, with its prompt written out.")] JsonElement Input);
