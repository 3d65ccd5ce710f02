namespace Pipeline.Contracts;

/// <summary>How a kind of job asks its model: what stays the same, and where the client's values go.</summary>
public sealed record PromptTemplate
{
    /// <summary>The name that a job without one takes.</summary>
    public const string DefaultName = "default";

    /// <summary>What a client chooses it by, for example <c>default</c>.</summary>
    public required string Name { get; init; }

    /// <summary>The kind of job that it is for.</summary>
    public required string Kind { get; init; }

    /// <summary>BCP 47 code of the language that it is written in and asks for: <c>ko</c> or <c>en</c>.</summary>
    public required string Language { get; init; }

    /// <summary>Counts its changes, from 1; results name it.</summary>
    public required int Version { get; init; }

    /// <summary>The system message; <c>{{placeholders}}</c> are replaced.</summary>
    public required string System { get; init; }

    /// <summary>The user's message; <c>{{placeholders}}</c> are replaced. Null for chat, where the client writes the messages.</summary>
    public string? User { get; init; }

    /// <summary>Exchanges that show the model what is wanted, before the user's message. Nothing in them is replaced.</summary>
    // No initializer: generated readers of JSON set every init property, and null where the JSON has none.
    public IReadOnlyList<PromptExample> Examples { get => field ?? []; init; }
}

/// <summary>An exchange that shows a model what is wanted.</summary>
public sealed record PromptExample(string User, string Assistant);

/// <summary>Which template made a prompt.</summary>
public sealed record PromptSource(string Name, string Language, int Version)
{
    public static PromptSource Of(PromptTemplate template) => new(template.Name, template.Language, template.Version);
}
