using System.Text.Json;
using Microsoft.Extensions.Options;
using Pipeline.Api.Body;
using Pipeline.Api.Clients;
using Pipeline.Api.Jobs;
using Pipeline.Api.Problems;
using Pipeline.Contracts;
using Pipeline.Core.Responses;

namespace Pipeline.Api.OpenAi.Responses;

/// <summary>Turns a request for a response into that for a chat, with what was said up to the answer that it goes on from.</summary>
internal sealed class ResponseDraft(ResponseStore store, ModelNames models, IOptions<InputLimits> limits, TimeProvider time)
{
    private const string PreviousId = "previous_response_id";

    private static readonly Dictionary<Guid, ChatResult> NoAnswers = [];

    /// <summary>Null once it has reported what is wrong.</summary>
    public async Task<JobDraft?> ParseAsync(BodyFields fields, HttpContext context)
    {
        var ignored = ResponseFields.Take(fields);
        if (fields.Read(ResponsesJson.Default.ResponseRequest) is not { } request)
        {
            return null;
        }

        Guid? previousId = null;
        IReadOnlyList<EarlierResponse> history = [];
        if (request.PreviousResponseId is { } text)
        {
            previousId = OpenAiIds.Parse(OpenAiIds.Response, text);
            if (await HistoryAsync(context.ClientId(), previousId, fields.Errors, context.RequestAborted) is not { } found)
            {
                return null;
            }

            history = found;
        }

        List<JsonElement> inputs = [.. history.Select(earlier => JsonElement.Parse(earlier.Input))];
        var items = Begin(request, await AnswersAsync(context.ClientId(), [.. inputs, request.Input], context.RequestAborted), fields.Errors);
        foreach (var (earlier, input) in history.Zip(inputs))
        {
            items.AddInput(input, PreviousId);
            items.AddAnswer(Answer(earlier.Result!), PreviousId);
        }

        if (request is { Background: true, Store: false })
        {
            fields.Errors.Add("store", "is false: what is answered in the background has to be kept until it is read.");
        }

        var form = ResponseForm.Of(request);
        var created = time.GetUtcNow().ToUnixTimeSeconds();
        var draft = Draft(request, form, items, ignored, fields.Errors);
        return draft with
        {
            Write = form.Store ? id => new ResponseWrite(id, context.ClientId(), previousId, request.Input.GetRawText()) : null,
            EndsWithItsClient = !form.Background,
            Stream = request.Stream is true ? id => new ResponseStream(id, form, created) : null,
            Finished = form.Background ? null : jobs => ResponsesEndpoints.Answer(jobs[0], form),
            Answer = form.Background ? (job, _, _) => Task.FromResult(ResponsesEndpoints.Json(
                ResponseResource.Of(job.Id, job.CreatedAt.ToUnixTimeSeconds(), form, job.State, job.Result, job.Error?.Code, job.Error?.Message))) : null,
        };
    }

    /// <summary>A line of a batch, which neither goes on from anything nor is gone on from.</summary>
    public JobDraft? ParseLine(BodyFields fields)
    {
        var ignored = ResponseFields.Take(fields);
        if (fields.Read(ResponsesJson.Default.ResponseRequest) is not { } request)
        {
            return null;
        }

        foreach (var (name, isThere) in new[] { (PreviousId, request.PreviousResponseId is not null), ("background", request.Background is true), ("stream", request.Stream is true) })
        {
            if (isThere)
            {
                fields.Errors.Add(name, "cannot be used in a line of a batch.");
            }
        }

        return Draft(request, ResponseForm.Of(request) with { Store = false }, Begin(request, NoAnswers, fields.Errors), ignored, fields.Errors);
    }

    private static ResponseItems Begin(ResponseRequest request, IReadOnlyDictionary<Guid, ChatResult> answers, InputErrors errors)
    {
        var items = new ResponseItems(answers, errors);
        if (request.Instructions is { Length: > 0 } instructions)
        {
            items.Add(PromptRoles.System, instructions, "instructions");
        }

        return items;
    }

    private JobDraft Draft(ResponseRequest request, ResponseForm form, ResponseItems items, IReadOnlyList<string> ignored, InputErrors errors)
    {
        items.AddInput(request.Input, "input");
        if (request.Metadata is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Null) } metadata)
        {
            errors.Add("metadata", JsonWords.Mismatch(metadata, "an object"));
        }

        if (request.Truncation is not (null or Truncations.Auto or Truncations.Disabled))
        {
            errors.Add("truncation", $"is \"{request.Truncation}\": send {Truncations.Auto} or {Truncations.Disabled}.");
        }

        var completion = new CompletionRequest
        {
            Model = request.Model,
            Messages = items.Messages,
            MaxCompletionTokens = request.MaxOutputTokens,
            Temperature = request.Temperature,
            TopP = request.TopP,
            ResponseFormat = ResponseShapes.Format(request.Text, errors),
            Tools = ResponseShapes.Tools(request.Tools, errors),
            ToolChoice = ResponseShapes.ToolChoice(request.ToolChoice, errors),
            ParallelToolCalls = request.ParallelToolCalls,
        };
        var draft = CompletionDraft.Of(completion, [.. ignored, .. ResponseFields.OfText(request.Text, errors)], errors, models, limits.Value, time.GetUtcNow(), Rename);
        var input = (CompleteChat)draft.Inputs[0];
        return draft with
        {
            Inputs = [request.Truncation is Truncations.Auto ? input with { Truncation = Truncations.Auto } : input],
            FieldOf = field => Rename(draft.FieldOf(field)),
            AnswerForm = form.Write(),
        };

        string Rename(string field)
        {
            if (field.StartsWith("messages[", StringComparison.Ordinal) && field.IndexOf(']', StringComparison.Ordinal) is > 0 and var end
                && int.TryParse(field["messages[".Length..end], out var index))
            {
                return items.PlaceOf(index);
            }

            return field switch
            {
                "messages" => "input",
                "max_completion_tokens" or "max_tokens" => "max_output_tokens",
                "response_format.json_schema.schema" => "text.format.schema",
                "tool_choice.function.name" => "tool_choice.name",
                "tool_choice.allowed_tools" => "tool_choice.tools",
                _ => field.Replace("].function.", "].", StringComparison.Ordinal),
            };
        }
    }

    /// <summary>Null once it has reported why there is nothing to go on from.</summary>
    private async Task<IReadOnlyList<EarlierResponse>?> HistoryAsync(Guid clientId, Guid? previousId, InputErrors errors, CancellationToken cancellationToken)
    {
        var chain = previousId is { } id ? await store.ChainAsync(clientId, id, limits.Value.MessagesMax, cancellationToken) : [];
        var fault = chain switch
        {
            [] => "is no response of yours, or was not stored.",
            [{ PreviousId: not null }, ..] => "goes on from a response that was deleted, or from too many: what was said at its beginning is not known any more.",
            _ when chain.FirstOrDefault(earlier => earlier.State is not JobState.Succeeded) is { } open =>
                $"leads to {ResponseResource.IdOf(open.Id)}, which has no answer: it is {open.State ?? "deleted"}.",
            _ => null,
        };
        if (fault is not null)
        {
            errors.Type = chain.Count is 0 ? ProblemType.ResponseNotFound : errors.Type;
            errors.Add(PreviousId, fault);
            return null;
        }

        return chain;
    }

    /// <summary>What inputs refer to, as far as it is there; a conversation has no more than so many messages anyway.</summary>
    private async Task<IReadOnlyDictionary<Guid, ChatResult>> AnswersAsync(Guid clientId, IEnumerable<JsonElement> inputs, CancellationToken cancellationToken)
    {
        Guid[] ids = [.. inputs.SelectMany(ItemReference.ResponsesOf).Distinct().Take(limits.Value.MessagesMax)];
        return ids.Length is 0
            ? NoAnswers
            : (await store.AnswersAsync(clientId, ids, cancellationToken)).ToDictionary(answer => answer.Id, answer => Answer(answer.Result));
    }

    private static ChatResult Answer(string result) => JsonSerializer.Deserialize(result, CompleteChat.ResultJson)!;
}
