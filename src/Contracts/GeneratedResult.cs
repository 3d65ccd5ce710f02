using System.ComponentModel;
namespace Pipeline.Contracts;

/// <summary>What every result says that a model wrote.</summary>
public abstract record GeneratedResult : IMeasuredResult
{
    /// <summary>What <see cref="Model"/> calls the model that ships with Pipeline, which cannot write.</summary>
    public const string SmallModel = "small";

    [Description("The template of the prompt; absent if the client wrote it.")]
    public PromptSource? Prompt { get; init; }

    [Description("Name of the model that answered; \"small\" is the one that ships with Pipeline, which cannot write.")]
    public required string Model { get; init; }

    [Description("Tells files with one name apart: a short hash of the model's file; absent if a server or the cloud answered.")]
    public string? ModelVersion { get; init; }

    [Description("What people should know before they use it; absent if there is nothing.")]
    public IReadOnlyList<string>? Warnings { get; init => field = value is [] ? null : value; }

    [Description("The cloud provider that answered; absent if the local engine did.")]
    public string? FallbackProvider { get; init; }

    public required TokenUsage Usage { get; init; }

    public required JobTimings Timings { get; init; }
}
