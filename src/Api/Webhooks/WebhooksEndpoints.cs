using Microsoft.Extensions.Options;
using Pipeline.Api.Clients;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Core.Webhooks;

namespace Pipeline.Api.Webhooks;

/// <summary><c>/api/webhooks</c>: what was delivered, and the secrets that it is signed with.</summary>
internal static class WebhooksEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/webhooks/deliveries", ListAsync).Describe(WebhooksDocs.List);
        api.MapGet("/webhooks/deliveries/{id}", FindAsync).Describe(WebhooksDocs.Find);
        api.MapPost("/webhooks/deliveries/{id}/replay", ReplayAsync).Describe(WebhooksDocs.Replay);
        api.MapPost("/webhooks/secrets", AddSecretAsync).Describe(WebhooksDocs.AddSecret);
        api.MapGet("/webhooks/secrets", ListSecretsAsync).Describe(WebhooksDocs.ListSecrets);
        api.MapDelete("/webhooks/secrets/{id}", DeleteSecretAsync).Describe(WebhooksDocs.DeleteSecret);
    }

    private static async Task<IResult> ListAsync(HttpContext context, WebhookStore store, IOptions<ApiOptions> options)
    {
        var errors = new InputErrors();
        var query = DeliveryQuery.Read(context.Request.Query, options.Value.PageLengthMax, errors);
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        // One more than asked for tells whether there is a next page.
        var deliveries = await store.ListAsync(context.ClientId(), query.ToFilter(query.Limit + 1), context.RequestAborted);
        var page = deliveries.Take(query.Limit).Select(DeliveryResource.Of).ToList();
        var next = deliveries.Count > query.Limit ? query.PathBefore(page[^1].Id) : null;
        return Results.Json(new DeliveryPageResource(page, new(query.PathBefore(query.Before), next)), ApiJson.Wire.DeliveryPageResource);
    }

    private static async Task<IResult> FindAsync(string id, HttpContext context, WebhookStore store)
    {
        var errors = new InputErrors();
        var deliveryId = JobIds.Parse(id, errors);
        return errors.Any ? errors.ToProblem()
            : await store.FindAsync(context.ClientId(), deliveryId, context.RequestAborted) is { } delivery
                ? Results.Json(DeliveryResource.Of(delivery), ApiJson.Wire.DeliveryResource)
                : NotFound(deliveryId);
    }

    private static async Task<IResult> ReplayAsync(string id, HttpContext context, WebhookStore store)
    {
        var errors = new InputErrors();
        var deliveryId = JobIds.Parse(id, errors);
        return errors.Any ? errors.ToProblem()
            : await store.ReplayAsync(context.ClientId(), deliveryId, context.RequestAborted) is { } delivery
                ? Results.Json(DeliveryResource.Of(delivery), ApiJson.Wire.DeliveryResource, statusCode: StatusCodes.Status202Accepted)
                : NotFound(deliveryId);
    }

    private static async Task<IResult> AddSecretAsync(HttpContext context, WebhookStore store)
    {
        var (secret, text) = await store.AddSecretAsync(context.ClientId(), context.RequestAborted);

        // Not even for a moment in somebody's cache.
        context.Response.Headers.CacheControl = "no-store";
        return Results.Json(SecretResource.Of(secret, text), ApiJson.Wire.SecretResource, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> ListSecretsAsync(HttpContext context, WebhookStore store)
    {
        var secrets = await store.ListSecretsAsync(context.ClientId(), context.RequestAborted);
        return Results.Json(new SecretListResource([.. secrets.Select(secret => SecretResource.Of(secret))]), ApiJson.Wire.SecretListResource);
    }

    private static async Task<IResult> DeleteSecretAsync(string id, HttpContext context, WebhookStore store)
    {
        var errors = new InputErrors();
        var secretId = JobIds.Parse(id, errors);
        return errors.Any ? errors.ToProblem()
            : await store.DeleteSecretAsync(context.ClientId(), secretId, context.RequestAborted)
                ? Results.Json(
                    new SecretListResource([.. (await store.ListSecretsAsync(context.ClientId(), context.RequestAborted)).Select(secret => SecretResource.Of(secret))]),
                    ApiJson.Wire.SecretListResource)
                : new Problem(ProblemType.SecretNotFound, $"Secret {secretId} does not exist, or belongs to another API key. GET /api/webhooks/secrets lists yours.");
    }

    private static Problem NotFound(Guid id) =>
        new(ProblemType.DeliveryNotFound, $"Delivery {id} does not exist, or belongs to another API key. GET /api/webhooks/deliveries lists yours.");
}
