using System.ComponentModel;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Api.Jobs;
using Pipeline.Api.Search;
using Pipeline.Contracts;
using Pipeline.Core.Search;

namespace Pipeline.Api.Ask;

/// <summary>An answer from documents, or the job that is to give it.</summary>
internal sealed partial record AskResource
{
    [Description("Whether a source is close enough to the question for a model to be asked.")]
    public required bool Known { get; init; }

    [Description("With the numbers of sources in brackets; absent until the job has succeeded.")]
    public string? Answer { get; init; }

    [Description("By their numbers, from 1.")]
    public required IReadOnlyList<SourceResource> Sources { get; init; }

    [Description("The job that answers; absent where no source is close enough.")]
    public JobResource? Job { get; init; }

    public static AskResource Unknown(string question) => new() { Known = false, Answer = AskPrompt.Unknown(question), Sources = [] };

    public static AskResource Of(JobResource job, IReadOnlyList<FoundChunk> sources)
    {
        var answer = job.Result is { } json ? JsonSerializer.Deserialize(json, CompleteChat.ResultJson)!.Content : null;
        HashSet<string> used = answer is null ? [] : [.. Citation().Matches(answer).Select(match => match.Groups[1].Value)];
        return new()
        {
            Known = true,
            Answer = answer,
            Sources = [.. sources.Select((source, index) => new SourceResource(
                index + 1, answer is null ? null : used.Contains($"{index + 1}"), FoundResource.Of(source)))],
            Job = job with { Result = null },
        };
    }

    [GeneratedRegex(@"\[(\d{1,2})\]")]
    private static partial Regex Citation();
}

/// <param name="Used">Whether the answer names it; absent until there is one.</param>
/// <param name="Found">The passage, with its score.</param>
internal sealed record SourceResource(int Number, bool? Used, FoundResource Found);
