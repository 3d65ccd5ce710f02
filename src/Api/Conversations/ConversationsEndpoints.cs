using System.Text.Json;
using Microsoft.Extensions.Options;
using Pipeline.Api.Body;
using Pipeline.Api.Clients;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Contracts;
using Pipeline.Core.Conversations;
using Pipeline.Core.Prompts;

namespace Pipeline.Api.Conversations;

/// <summary><c>/api/conversations</c>: chat whose messages the pipeline keeps.</summary>
internal static class ConversationsEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/conversations", BeginAsync).Describe(ConversationsDocs.Begin);
        api.MapGet("/conversations", ListAsync).Describe(ConversationsDocs.List);
        api.MapGet("/conversations/{id}", FindAsync).Describe(ConversationsDocs.Find);
        api.MapDelete("/conversations/{id}", DeleteAsync).Describe(ConversationsDocs.Delete);
        api.MapPost("/conversations/{id}/messages", SayAsync).Describe(ConversationsDocs.Say);
    }

    private static async Task<IResult> BeginAsync(
        HttpContext context, BodyReader bodies, IPromptTemplates templates, ConversationStore store, IOptions<InputLimits> limits, TimeProvider time)
    {
        var reading = await bodies.ReadAsync(context.Request, context.RequestAborted);
        if (reading.Root is not { ValueKind: JsonValueKind.Object } root)
        {
            return reading.Problem ?? Problem.Of(ProblemType.InvalidInput, "body", JsonWords.Mismatch(reading.Root!.Value, "an object"));
        }

        var errors = new InputErrors();
        var fields = new BodyFields(root, errors);
        var settings = await ReadAsync(fields, context, templates, limits.Value);
        var user = UserTag.Take(fields);
        fields.RefuseUnknown();
        if (errors.Any || settings is null)
        {
            return errors.ToProblem();
        }

        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        var json = JsonSerializer.Serialize(settings, ApiJson.Wire.ConversationSettings);
        await store.AddAsync(context.ClientId(), ConversationKind.Chat, id, json, user, context.RequestAborted);
        var resource = ConversationResource.Of(new() { Id = id, Settings = json, UserId = user, CreatedAt = now }, messages: true);
        context.Response.Headers.Location = resource.Links.Self;
        return Results.Json(resource, ApiJson.Wire.ConversationResource, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<ConversationSettings?> ReadAsync(BodyFields fields, HttpContext context, IPromptTemplates templates, InputLimits limits)
    {
        var system = StoredConversations.TakeText(fields, "system_prompt", required: false);
        var prompt = StoredConversations.TakeText(fields, "prompt", required: false);
        var language = StoredConversations.TakeText(fields, "language", required: false);
        var problems = PromptRules.Choice(prompt, language).Concat(system is null ? [] : TextRules.Required("system_prompt", system, limits));
        foreach (var problem in problems)
        {
            fields.Errors.Add(problem.Field, problem.Message);
        }

        if (system is not null)
        {
            if ((prompt ?? language) is not null)
            {
                fields.Errors.Add("system_prompt", "cannot be used together with prompt or language: send one of the two.");
            }

            return new() { System = [new(PromptRoles.System, system)] };
        }

        if (await templates.FindAsync(context.ClientId(), CompleteChat.Kind, prompt, language, context.RequestAborted) is not { } template)
        {
            fields.Errors.Add("prompt", $"is \"{prompt}\", and chat has no such prompt in \"{language ?? TextLanguage.English}\". Name another, or send system_prompt.");
            return null;
        }

        return ConversationSettings.Of(template);
    }

    private static async Task<IResult> ListAsync(HttpContext context, ConversationStore store, IOptions<ApiOptions> options)
    {
        var errors = new InputErrors();
        var query = PageQuery.Read(context.Request, options.Value.PageLengthMax, errors);
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        var (page, links) = query.PageOf(
            await store.ListAsync(context.ClientId(), ConversationKind.Chat, query.Before, query.Sought, context.RequestAborted),
            conversation => ConversationResource.Of(conversation, messages: false),
            conversation => conversation.Id);
        return Results.Json(new ConversationPageResource(page, links), ApiJson.Wire.ConversationPageResource);
    }

    private static async Task<IResult> FindAsync(string id, HttpContext context, ConversationStore store)
    {
        var (conversation, problem) = await StoredConversations.FindAsync(store, context, ConversationKind.Chat, id);
        return conversation is null ? problem! : Results.Json(ConversationResource.Of(conversation, messages: true), ApiJson.Wire.ConversationResource);
    }

    private static Task<IResult> DeleteAsync(string id, HttpContext context, ConversationStore store) =>
        StoredConversations.DeleteAsync(store, context, ConversationKind.Chat, id);

    private static async Task<IResult> SayAsync(
        string id,
        HttpContext context,
        ConversationStore store,
        JobSubmissions submissions,
        IOptions<ApiOptions> api,
        IOptions<ConversationOptions> options,
        IOptions<InputLimits> limits,
        TimeProvider time)
    {
        var (conversation, problem) = await StoredConversations.FindAsync(store, context, ConversationKind.Chat, id);
        return conversation is null ? problem! : await submissions.SubmitAsync(
            context,
            fields => new MessageDraft("content", api.Value, options.Value, limits.Value, time.GetUtcNow()).Parse(fields, conversation, context.ClientId()));
    }
}
