using System.ComponentModel;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Api.Jobs;
using Pipeline.Core.Batches;

namespace Pipeline.Api.Batches;

/// <summary>One line of the results.</summary>
[Description("One final job of a batch, as one line.")]
internal sealed record BatchResultResource
{
    [Description("Send it as ?after= to continue after this line.")]
    public required string Cursor { get; init; }

    [Description("The item's index in the request, from 0.")]
    public required int Index { get; init; }

    [Description("The item's key.")]
    public string? Key { get; init; }

    [Description("The job.")]
    public required Guid Id { get; init; }

    [Description("succeeded, failed, canceled or expired.")]
    public required string State { get; init; }

    public required int Attempt { get; init; }

    public required DateTimeOffset FinishedAt { get; init; }

    [Description("The kind's result; only of succeeded jobs.")]
    [JsonConverter(typeof(RawJsonConverter))]
    public string? Result { get; init; }

    [Description("Why it failed.")]
    public JobError? Error { get; init; }

    public static BatchResultResource Of(BatchResult result) => new()
    {
        Cursor = result.Cursor.ToString(),
        Index = result.Index,
        Key = result.Key,
        Id = result.JobId,
        State = result.State,
        Attempt = result.Attempt,
        FinishedAt = result.FinishedAt,
        Result = OneLine(result.Result),
        Error = result.ErrorCode is null ? null : new(result.ErrorCode, result.Error ?? ""),
    };

    /// <summary>A handler may write its JSON over several lines; here a line is a result.</summary>
    public static string? OneLine(string? json)
    {
        if (json is null || json.AsSpan().IndexOfAny('\r', '\n') < 0)
        {
            return json;
        }

        using var document = JsonDocument.Parse(json);
        return JsonSerializer.Serialize(document.RootElement, ApiJson.Wire.JsonElement);
    }
}
