using System.Text.Json.Serialization.Metadata;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;

namespace Pipeline.Workers.Inference.Generating;

/// <summary>Makes an outcome of what a model wrote.</summary>
public static class GeneratedOutcome
{
    /// <param name="temperature">0 makes the same answer again, as long as the local model wrote it. Null: nobody can tell.</param>
    public static JobOutcome Of<TResult>(TResult result, JsonTypeInfo<TResult> json, float? temperature)
        where TResult : GeneratedResult =>
        temperature is 0 && result.FallbackProvider is null ? JobOutcome.Reproducible(result, json) : JobOutcome.Success(result, json);
}
