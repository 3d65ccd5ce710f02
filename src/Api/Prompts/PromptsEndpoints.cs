using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Pipeline.Api.Body;
using Pipeline.Api.Clients;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Core.Prompts;

namespace Pipeline.Api.Prompts;

/// <summary><c>/api/prompts</c>: templates, their versions, and a preview of what they make.</summary>
internal static class PromptsEndpoints
{
    private const string Active = "active";

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/prompts", ListAsync).Describe(PromptsDocs.List);
        api.MapPost("/prompts", AddAsync).Describe(PromptsDocs.Add);
        api.MapPost("/prompts/preview", PreviewAsync).Describe(PromptsDocs.Preview);
        api.MapGet("/prompts/{id}", FindAsync).Describe(PromptsDocs.Find);
        api.MapPut("/prompts/{id}", UpdateAsync).Describe(PromptsDocs.Update);
        api.MapDelete("/prompts/{id}", DeleteAsync).Describe(PromptsDocs.Delete);
        api.MapGet("/prompts/{id}/versions", VersionsAsync).Describe(PromptsDocs.Versions);
        api.MapPost("/prompts/{id}/rollback", RollbackAsync).Describe(PromptsDocs.Rollback);
    }

    private static async Task<IResult> ListAsync(HttpContext context, PromptStore store, IOptions<ApiOptions> options)
    {
        var errors = new InputErrors();
        var query = PageQuery.Read(context.Request, options.Value.PageLengthMax, errors, "kind", "name", "language");
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        var filter = new PromptFilter
        {
            Kind = query.Filters["kind"],
            Name = query.Filters["name"],
            Language = query.Filters["language"],
            Before = query.Before,
            Limit = query.Sought,
        };
        var (page, links) = query.PageOf(await store.ListAsync(context.ClientId(), filter, context.RequestAborted), PromptResource.Of, prompt => prompt.Id);
        return Results.Json(new PromptPageResource(page, links), ApiJson.Wire.PromptPageResource);
    }

    private static Task<IResult> FindAsync(string id, HttpContext context, PromptStore store) => JobIds.UseAsync(
        id,
        async promptId => await store.FindAsync(context.ClientId(), promptId, context.RequestAborted) is { } prompt
            ? Results.Json(PromptResource.Of(prompt), ApiJson.Wire.PromptResource)
            : NotFound(promptId));

    private static Task<IResult> VersionsAsync(string id, HttpContext context, PromptStore store) => JobIds.UseAsync(
        id,
        async promptId => await store.VersionsAsync(context.ClientId(), promptId, context.RequestAborted) is [_, ..] versions
            ? Results.Json(new PromptVersionsResource([.. versions.Select(PromptVersionResource.Of)]), ApiJson.Wire.PromptVersionsResource)
            : NotFound(promptId));

    private static Task<IResult> AddAsync(HttpContext context, BodyReader bodies, PromptBody body, PromptTrial trial, PromptStore store) =>
        bodies.ReadObjectAsync(context, async fields =>
        {
            var (identity, text, active) = (body.TakeIdentity(fields), body.TakeText(fields), fields.TakeBoolean(Active) ?? true);
            fields.RefuseUnknown();
            if (fields.Errors.Any || await trial.RunAsync(context.ClientId(), text!.In(identity!), null, fields.Errors, context.RequestAborted) is null)
            {
                return fields.Errors.ToProblem();
            }

            return Answer(Guid.Empty, await store.AddAsync(context.ClientId(), text.In(identity!), active, context.RequestAborted), StatusCodes.Status201Created);
        });

    private static Task<IResult> UpdateAsync(string id, HttpContext context, BodyReader bodies, PromptBody body, PromptTrial trial, PromptStore store) =>
        JobIds.UseAsync(id, promptId => bodies.ReadObjectAsync(context, async fields =>
        {
            var (text, active) = (body.TakeText(fields), fields.TakeBoolean(Active));
            fields.RefuseUnknown();
            if (await store.FindAsync(context.ClientId(), promptId, context.RequestAborted) is not { } stored)
            {
                return NotFound(promptId);
            }

            var identity = new Contracts.PromptTemplate { Kind = stored.Kind, Name = stored.Name, Language = stored.Language, Version = stored.Version, System = "" };
            if (fields.Errors.Any || await trial.RunAsync(context.ClientId(), text!.In(identity), null, fields.Errors, context.RequestAborted) is null)
            {
                return fields.Errors.ToProblem();
            }

            return Answer(promptId, await store.UpdateAsync(
                context.ClientId(), promptId, text.In(identity), active ?? stored.IsActive, context.RequestAborted));
        }));

    private static Task<IResult> DeleteAsync(string id, HttpContext context, PromptStore store) =>
        JobIds.UseAsync(id, async promptId => Answer(promptId, await store.DeleteAsync(context.ClientId(), promptId, context.RequestAborted)));

    private static Task<IResult> RollbackAsync(string id, HttpContext context, BodyReader bodies, PromptStore store) =>
        JobIds.UseAsync(id, promptId => bodies.ReadObjectAsync(context, async fields =>
        {
            var value = fields.Take("version", JsonValueKind.Number, required: true);
            fields.RefuseUnknown();
            if (value is { } number && (!number.TryGetInt32(out var version) || version < 1))
            {
                fields.Errors.Add("version", $"is {number.GetRawText()}: send the number of a version, from 1.");
            }

            return fields.Errors.Any
                ? fields.Errors.ToProblem()
                : Answer(promptId, await store.UseVersionAsync(context.ClientId(), promptId, value!.Value.GetInt32(), context.RequestAborted));
        }));

    private static Task<IResult> PreviewAsync(HttpContext context, BodyReader bodies, PromptBody body, PromptTrial trial) =>
        bodies.ReadObjectAsync(context, async fields =>
        {
            var (identity, text) = (body.TakeIdentity(fields), body.TakeText(fields));
            var input = fields.Take("input", JsonValueKind.Object, required: false);
            fields.TakeBoolean(Active); // So that what POST /api/prompts takes can be sent here first.
            fields.RefuseUnknown();
            return !fields.Errors.Any
                && await trial.RunAsync(context.ClientId(), text!.In(identity!), input, fields.Errors, context.RequestAborted) is { } stored
                    ? Results.Json(new PromptPreviewResource(stored), ApiJson.Wire.PromptPreviewResource)
                    : fields.Errors.ToProblem();
        });

    private static IResult Answer(Guid id, PromptChange change, int status = StatusCodes.Status200OK) => change switch
    {
        PromptChange.Done done => Results.Json(PromptResource.Of(done.Prompt), ApiJson.Wire.PromptResource, statusCode: status),
        PromptChange.Exists => new Problem(
            ProblemType.PromptExists, "You have a prompt of this kind, name and language. PUT a new version to it; GET /api/prompts?kind=&name= finds it."),
        PromptChange.BuiltIn builtIn => new Problem(
            ProblemType.PromptBuiltIn,
            $"Prompt {id} is built in and cannot be changed. POST /api/prompts with kind {builtIn.Prompt.Kind}, name {builtIn.Prompt.Name} and language {builtIn.Prompt.Language}: yours then takes precedence."),
        PromptChange.NoVersion none => Problem.Of(
            ProblemType.InvalidInput, "version", $"does not exist: GET {PromptLinks.Of(id).Versions} lists those that do. In use is {none.Prompt.Version}."),
        PromptChange.TooMany many => new Problem(
            ProblemType.PromptsFull,
            string.Create(CultureInfo.InvariantCulture, $"Prompt limit reached ({many.Max}); delete one or raise {many.Setting}.")),
        _ => NotFound(id),
    };

    private static Problem NotFound(Guid id) =>
        new(ProblemType.PromptNotFound, $"Prompt {id} does not exist, or belongs to another API key. GET /api/prompts lists yours.");
}
