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

/// <summary>Reads the lines of one batch, one by one: each becomes a job, or says why not.</summary>
internal sealed class LineDraft(FileBatch batch, LineEndpoints endpoints, PromptedInputs prompts, InputCheck checks, PromptCheck lengths, ApiOptions options)
{
    private const int CustomIdLengthMax = 512;

    // Sixteen bytes for each, however long they are.
    private readonly HashSet<Guid> _customIds = [];

    /// <summary>Either the item or what is wrong with it.</summary>
    public async Task<(NewBatchItem? Item, LineError? Error)> ParseAsync(ReadOnlyMemory<byte> utf8, int line, CancellationToken cancellationToken)
    {
        if (ComposedJson.Read(utf8, options.BodyDepthMax, out var composed) is { } fault)
        {
            return (null, Refused("invalid_json_line", fault.Detail));
        }

        using var document = JsonDocument.Parse(composed, new JsonDocumentOptions { MaxDepth = options.BodyDepthMax });
        var root = document.RootElement;
        if (root.ValueKind is not JsonValueKind.Object)
        {
            return (null, Refused("invalid_json_line", $"The line {JsonWords.Mismatch(root, "an object")}"));
        }

        if (Text("custom_id") is not { Length: > 0 and <= CustomIdLengthMax } customId)
        {
            return (null, Refused("invalid_custom_id", $"custom_id is no string of 1 to {CustomIdLengthMax} characters.", "custom_id"));
        }

        if (!_customIds.Add(new(SHA256.HashData(Encoding.UTF8.GetBytes(customId)).AsSpan(..16))))
        {
            return (null, Refused("duplicate_custom_id", $"custom_id \"{customId}\" is that of an earlier line.", "custom_id") with { CustomId = customId });
        }

        if (Text("method") is not "POST")
        {
            return (null, Refused("invalid_method", "method is not \"POST\".", "method") with { CustomId = customId });
        }

        if (Text("url") != batch.Endpoint)
        {
            return (null, Refused("invalid_url", $"url is not \"{batch.Endpoint}\", the endpoint of the batch.", "url") with { CustomId = customId });
        }

        if (!root.TryGetProperty("body", out var body) || body.ValueKind is not JsonValueKind.Object)
        {
            return (null, Refused("invalid_body", "body is no object.", "body") with { CustomId = customId });
        }

        var errors = new InputErrors();
        return await ItemAsync(body, customId, line, errors, cancellationToken) is { } item
            ? (item, null)
            : (null, Unanswerable(errors.ToProblem()) with { CustomId = customId });

        string? Text(string name) => root.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

        LineError Refused(string code, string message, string? param = null) => new() { Line = line, Code = code, Message = message, Param = param };

        LineError Unanswerable(Problem problem)
        {
            var answer = OpenAiError.Of(problem.Type, problem.Detail, problem.Errors?.Keys.FirstOrDefault()).Error;
            return new() { Line = line, Status = problem.Type.Status, Code = answer.Code, Message = answer.Message, Param = answer.Param };
        }
    }

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
            await lengths.CheckAsync(written, draft.FieldOf, errors, cancellationToken);
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
