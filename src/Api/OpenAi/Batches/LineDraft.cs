using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Jobs;
using Pipeline.Api.Problems;
using Pipeline.Api.Prompts;
using Pipeline.Contracts;
using Pipeline.Core.Batches;
using Pipeline.Core.FileBatches;

namespace Pipeline.Api.OpenAi.Batches;

/// <summary>Reads the lines of one batch: each becomes a job, or says why not.</summary>
internal sealed class LineDraft(FileBatch batch, LineEndpoints endpoints, PromptedInputs prompts, InputCheck checks, PromptCheck lengths, ApiOptions options)
{
    private const int CustomIdLengthMax = 512;

    // Sixteen bytes for each, however long they are.
    private readonly HashSet<Guid> _customIds = [];

    /// <summary>What the line says, whatever the other lines do: several may be read at once.</summary>
    public async Task<LineRead> ReadAsync(ReadOnlyMemory<byte> utf8, int line, CancellationToken cancellationToken)
    {
        if (utf8.IsEmpty)
        {
            return new(Refused("line_too_long", $"The line has more than the {options.BodyBytesMax} bytes that are read. Send a shorter one, or raise Api:BodyBytesMax."));
        }

        if (ComposedJson.Read(utf8, options.BodyDepthMax, out var composed) is { } fault)
        {
            return new(Refused("invalid_json_line", fault.Detail));
        }

        using var document = JsonDocument.Parse(composed, new JsonDocumentOptions { MaxDepth = options.BodyDepthMax });
        var root = document.RootElement;
        if (root.ValueKind is not JsonValueKind.Object)
        {
            return new(Refused("invalid_json_line", $"The line {JsonWords.Mismatch(root, "an object")}"));
        }

        if (Text("custom_id") is not { Length: > 0 and <= CustomIdLengthMax } customId)
        {
            return new(Refused("invalid_custom_id", $"custom_id is no string of 1 to {CustomIdLengthMax} characters.", "custom_id"));
        }

        if (Text("method") is not "POST")
        {
            return new(Refused("invalid_method", "method is not \"POST\".", "method") with { CustomId = customId });
        }

        if (Text("url") != batch.Endpoint)
        {
            return new(Refused("invalid_url", $"url is not \"{batch.Endpoint}\", the endpoint of the batch.", "url") with { CustomId = customId });
        }

        if (!root.TryGetProperty("body", out var body) || body.ValueKind is not JsonValueKind.Object)
        {
            return new(Refused("invalid_body", "body is no object.", "body") with { CustomId = customId });
        }

        var errors = new InputErrors();
        return await ItemAsync(body, customId, line, errors, cancellationToken) is { } item
            ? new(item)
            : new(Unanswerable(errors.ToProblem()) with { CustomId = customId });

        string? Text(string name) => root.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

        LineError Refused(string code, string message, string? param = null) => LineDraft.Refused(line, code, message, param);

        LineError Unanswerable(Problem problem)
        {
            var answer = OpenAiError.Of(problem.Type, problem.Detail, problem.Errors?.Keys.FirstOrDefault()).Error;
            return new() { Line = line, Status = problem.Type.Status, Code = answer.Code, Message = answer.Message, Param = answer.Param };
        }
    }

    /// <summary>The same in the order of the file, where an earlier line may have the same custom_id.</summary>
    public LineRead InOrder(LineRead read, int line) =>
        read.CustomId is not { } customId || _customIds.Add(new(SHA256.HashData(Encoding.UTF8.GetBytes(customId)).AsSpan(..16)))
            ? read
            : new(Refused(line, "duplicate_custom_id", $"custom_id \"{customId}\" is that of an earlier line.", "custom_id") with { CustomId = customId });

    private static LineError Refused(int line, string code, string message, string? param) =>
        new() { Line = line, Code = code, Message = message, Param = param };

    /// <summary>Null once it has reported what is wrong with the body.</summary>
    private async Task<NewBatchItem?> ItemAsync(JsonElement body, string customId, int line, InputErrors errors, CancellationToken cancellationToken)
    {
        var fields = new BodyFields(body, errors);
        var draft = endpoints.Parse(batch.Endpoint, fields);
        var user = UserTag.TakeEither(fields);
        fields.RefuseUnknown();
        if (draft?.Stream is not null)
        {
            errors.Add(CommonFields.Stream, "is true: a line of a batch is not streamed.");
        }

        if (draft?.Inputs.Count > 1)
        {
            errors.Add("input", $"has more than {EmbedTexts.TextsMax} texts: a line of a batch takes no more. Send several lines.");
        }

        if (draft is null || errors.Any)
        {
            return null;
        }

        await checks.CheckAsync(batch.ClientId, draft.Kind, draft.Inputs[0], draft.FieldOf, errors, cancellationToken);
        var written = await prompts.WriteOutAsync(batch.ClientId, draft.Inputs[0], draft.InputPath, errors, cancellationToken);
        if (written is not null && !errors.Any)
        {
            await lengths.CheckAsync(draft.Inputs[0], written, draft.FieldOf, errors, cancellationToken);
        }

        return written is null || errors.Any ? null : new()
        {
            Kind = draft.Kind.Name,
            Queue = draft.Kind.Queue(JobPriority.Bulk),
            InputJson = JsonSerializer.Serialize(written, draft.Kind.InputJson),
            ExpiresAt = batch.ExpiresAt,
            Deadline = batch.ExpiresAt,
            Key = customId,
            UserId = user,
            Index = line,
            AnswerForm = draft.AnswerForm ?? AnswerForm.Write(batch.Endpoint, body),
        };
    }
}

/// <summary>A line that was read: either a job or what is wrong with it.</summary>
internal readonly record struct LineRead
{
    public LineRead(NewBatchItem item) => Item = item;

    public LineRead(LineError error) => Error = error;

    public NewBatchItem? Item { get; }

    public LineError? Error { get; }

    public string? CustomId => Item?.Key ?? Error?.CustomId;
}
