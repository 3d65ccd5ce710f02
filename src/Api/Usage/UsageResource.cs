using System.ComponentModel;
using Pipeline.Core.Usage;

namespace Pipeline.Api.Usage;

internal sealed record UsageResource
{
    [Description("The first day, in UTC.")]
    public required DateOnly From { get; init; }

    [Description("The last day.")]
    public required DateOnly To { get; init; }

    [Description("Of cost; absent without prices.")]
    public string? Currency { get; init; }

    public required IReadOnlyList<UsageRowResource> Rows { get; init; }
}

[Description("What succeeded jobs took. Of key, kind, model and day it has those that it is of.")]
internal sealed record UsageRowResource
{
    [Description("Name of the client.")]
    public string? Key { get; init; }

    public string? Kind { get; init; }

    public string? Model { get; init; }

    [Description("In UTC.")]
    public DateOnly? Day { get; init; }

    public required long Jobs { get; init; }

    public required long PromptTokens { get; init; }

    [Description("Those of prompt_tokens whose computation was shared with other jobs.")]
    public required long CachedTokens { get; init; }

    public required long CompletionTokens { get; init; }

    [Description("Time that jobs ran, each counted for itself: workers run many at once.")]
    public required double WorkerSeconds { get; init; }

    [Description("By the prices of Prices:MODEL; absent if no model of the row has one.")]
    public decimal? Cost { get; init; }

    public static UsageRowResource Of(UsageRow row) => new()
    {
        Key = row.Key,
        Kind = row.Kind,
        Model = row.Model,
        Day = row.Day is { } day ? DateOnly.FromDateTime(day) : null,
        Jobs = row.Jobs,
        PromptTokens = row.PromptTokens,
        CachedTokens = row.CachedTokens,
        CompletionTokens = row.CompletionTokens,
        WorkerSeconds = Math.Round(row.WorkerSeconds, 3),
        Cost = row.Cost,
    };
}
