using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Pipeline.Api.Body;
using Pipeline.Api.Jobs;
using Pipeline.Core.Clients;
using Pipeline.Core.FileBatches;
using Pipeline.Core.Files;
using Pipeline.Core.Webhooks;

namespace Pipeline.Api.OpenAi.Batches;

/// <summary>Reads the body of <c>POST /v1/batches</c>.</summary>
internal sealed class FileBatchDraft(LineEndpoints endpoints, TargetRule targets, IOptions<ApiOptions> options, IOptions<StoredFileOptions> files, TimeProvider time)
{
    private const string InputFileId = "input_file_id";
    private const string Endpoint = "endpoint";
    private const string CompletionWindow = "completion_window";
    private const string Metadata = "metadata";
    private const string OutputExpiresAfter = "output_expires_after";

    private const int PairsMax = 16;
    private const int NameLengthMax = 64;
    private const int ValueLengthMax = 512;

    private static readonly TimeSpan WindowMin = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan OutputLifetimeMin = TimeSpan.FromHours(1);

    /// <summary>Null once it has reported what is wrong.</summary>
    public NewFileBatch? Parse(BodyFields fields, Guid clientId, string? key)
    {
        var now = time.GetUtcNow();
        var file = TakeFile(fields);
        var endpoint = TakeEndpoint(fields);
        var window = TakeWindow(fields, out var wish);
        var metadata = TakeMetadata(fields);
        var seconds = TakeOutputSeconds(fields);
        var callback = CommonFields.TakeCallbackUrl(fields, targets);
        fields.RefuseUnknown();
        return fields.Errors.Any ? null : new()
        {
            Id = Guid.CreateVersion7(now),
            ClientId = clientId,
            Endpoint = endpoint!,
            InputFileId = file!.Value,
            CompletionWindow = wish!,
            ExpiresAt = now + window!.Value,
            Metadata = metadata,
            CallbackUrl = callback,
            OutputSeconds = seconds,
            IdempotencyKey = key,
            RequestHash = key is null ? null : Hash([file.Value.ToString(), endpoint!, wish!, metadata ?? "", callback ?? "", $"{seconds}"]),
        };
    }

    private static Guid? TakeFile(BodyFields fields)
    {
        if (fields.Take(InputFileId, JsonValueKind.String, required: true)?.GetString() is not { } text)
        {
            return null;
        }

        var id = OpenAiIds.Parse(OpenAiIds.File, text);
        if (id is null)
        {
            fields.Errors.Add(InputFileId, $"is \"{text}\", which is no id of a file: POST /v1/files answers with one.");
        }

        return id;
    }

    private string? TakeEndpoint(BodyFields fields)
    {
        var text = fields.Take(Endpoint, JsonValueKind.String, required: true)?.GetString();
        if (text is not null && !endpoints.All.Contains(text))
        {
            fields.Errors.Add(Endpoint, $"is \"{text}\": send one of {string.Join(", ", endpoints.All)}.");
        }

        return text;
    }

    private TimeSpan? TakeWindow(BodyFields fields, out string? wish)
    {
        wish = fields.Take(CompletionWindow, JsonValueKind.String, required: true)?.GetString();
        if (wish is null)
        {
            return null;
        }

        var max = options.Value.BatchWindowMax;
        if (KeyTimes.Parse(wish) is { } window && window >= WindowMin && window <= max)
        {
            return window;
        }

        fields.Errors.Add(CompletionWindow, $"is \"{wish}\": send 1m to {max.TotalHours:0.#}h (Api:BatchWindowMax), for example 30m, 24h or 7d.");
        return null;
    }

    private static string? TakeMetadata(BodyFields fields)
    {
        if (fields.Take(Metadata, JsonValueKind.Object, required: false) is not { } metadata)
        {
            return null;
        }

        var isRight = metadata.EnumerateObject().Count() <= PairsMax && metadata.EnumerateObject().All(pair =>
            pair.Name.Length <= NameLengthMax && pair.Value.ValueKind is JsonValueKind.String && pair.Value.GetString()!.Length <= ValueLengthMax);
        if (!isRight)
        {
            fields.Errors.Add(Metadata, $"is no object of at most {PairsMax} strings of {ValueLengthMax} characters by names of {NameLengthMax}.");
        }

        return metadata.GetRawText();
    }

    private int? TakeOutputSeconds(BodyFields fields)
    {
        if (fields.Take(OutputExpiresAfter, JsonValueKind.Object, required: false) is not { } expiry)
        {
            return null;
        }

        var max = files.Value.Lifetime.TotalSeconds;
        if (expiry.TryGetProperty("anchor", out var anchor) && anchor.ValueKind is JsonValueKind.String && anchor.ValueEquals("created_at")
            && expiry.TryGetProperty("seconds", out var given) && given.ValueKind is JsonValueKind.Number
            && given.TryGetInt32(out var seconds) && seconds >= OutputLifetimeMin.TotalSeconds && seconds <= max)
        {
            return seconds;
        }

        fields.Errors.Add(OutputExpiresAfter, $$"""is no {"anchor":"created_at","seconds":N} with {{OutputLifetimeMin.TotalSeconds:0}} to {{max:0}} seconds (Files:Lifetime).""");
        return null;
    }

    /// <summary>As a JSON array, so that no value can run into its neighbour.</summary>
    private static byte[] Hash(string[] values) => SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(values, ApiJson.Default.StringArray)));
}
