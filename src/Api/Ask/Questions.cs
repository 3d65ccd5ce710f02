using System.Text.Json;
using Microsoft.Extensions.Options;
using Pipeline.Api.Body;
using Pipeline.Api.Clients;
using Pipeline.Api.Headers;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenAi;
using Pipeline.Api.Search;
using Pipeline.Contracts;
using Pipeline.Core.Documents;
using Pipeline.Core.Search;

namespace Pipeline.Api.Ask;

/// <summary>Turns a question into a chat about the passages that are near it, or into the answer that there are none.</summary>
internal sealed class Questions(
    Searches searches, NearSources near, IOptions<AskOptions> ask, IOptions<SearchOptions> search, IOptions<DocumentOptions> documents, IOptions<ApiOptions> api, TimeProvider time)
{
    private const string Question = "question";
    private const int SourcesDefault = 5;

    private readonly AskOptions _options = ask.Value;

    public async Task<JobDraft?> DraftAsync(HttpContext context, BodyFields fields)
    {
        var limit = new ResultLimit(Math.Min(SourcesDefault, _options.SourcesMax), _options.SourcesMax, "Ask:SourcesMax");
        var query = SearchDraft.Parse(fields, Question, context.ClientId(), limit, search.Value, documents.Value);
        var user = UserTag.Take(fields);
        var maxTokens = TakeMaxTokens(fields);
        var priority = CommonFields.TakePriority(fields);
        var expiresAt = CommonFields.TakeExpiresAt(fields, time.GetUtcNow(), api.Value.ExpiryMax);
        if (context.Request.Headers.ContainsKey(IdempotencyKeyHeader.Name))
        {
            fields.Errors.Add(IdempotencyKeyHeader.Name, "is not supported here, because documents may change between two requests: send none.");
        }

        if (query is not null && !SearchTerms.HasAny(query.Text))
        {
            fields.Errors.Add(Question, "has no words: ask with some.");
        }

        if (query is null || fields.Errors.Any)
        {
            return null;
        }

        var looked = query with { UserId = user, Limit = Math.Max(query.Limit, NearSources.Looked) };
        var findings = await searches.FindAsync(looked, context.Client().Limits, context.RequestAborted);
        var sources = await near.OfAsync(query, query.Limit, findings, context.RequestAborted);
        return new()
        {
            Kind = CompleteChat.Descriptor,
            Inputs = [AskPrompt.Of(query.Text, sources) with { MaxTokens = maxTokens }],
            IsList = false,
            Quotes = [.. sources.Select(source => source.Chunk.DocumentId)],
            Priority = priority,
            ExpiresAt = expiresAt,
            Instead = sources.Count == 0 ? Json(AskResource.Unknown(query.Text), StatusCodes.Status200OK) : null,
            Answer = (job, response, status) =>
            {
                response.Response.Headers.Location = job.Links.Self;
                return Task.FromResult(JobState.IsFinal(job.State) && JobFailure.Of(job) is { } problem ? problem : Json(AskResource.Of(job, sources), status));
            },
        };
    }

    private static int? TakeMaxTokens(BodyFields fields)
    {
        const string MaxTokens = "max_tokens";
        const int Most = 4_096;
        if (fields.Take(MaxTokens, JsonValueKind.Number, required: false) is not { } value)
        {
            return null;
        }

        if (!value.TryGetInt32(out var tokens) || tokens is < 1 or > Most)
        {
            fields.Errors.Add(MaxTokens, $"is {value.GetRawText()}: send a whole number from 1 to {Most}.");
        }

        return tokens;
    }

    private static IResult Json(AskResource answer, int status) => Results.Json(answer, ApiJson.Wire.AskResource, statusCode: status);
}
