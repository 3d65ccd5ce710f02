namespace Pipeline.Contracts;

/// <summary>What every result says that a model wrote.</summary>
public abstract record GeneratedResult
{
    /// <summary>What <see cref="Model"/> calls the model that ships with Pipeline, which can not write.</summary>
    public const string SmallModel = "small";

    /// <summary>The template that made the prompt; absent where the client wrote it.</summary>
    public PromptSource? Prompt { get; init; }

    /// <summary>Name of the model that answered; <see cref="SmallModel"/> means nothing by what it writes.</summary>
    public required string Model { get; init; }

    /// <summary>What to know before this is used, for people; absent where there is nothing.</summary>
    public IReadOnlyList<string>? Warnings { get; init => field = value is [] ? null : value; }

    /// <summary>The cloud provider that answered; absent where the local engine did.</summary>
    public string? FallbackProvider { get; init; }

    public required TokenUsage Usage { get; init; }

    public required JobTimings Timings { get; init; }
}
