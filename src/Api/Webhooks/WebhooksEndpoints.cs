using Microsoft.Extensions.Options;
using Pipeline.Api.Clients;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Console;
using Pipeline.Core.Clients;
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

    private static async Task<IResult> ListAsync(HttpContext context, WebhookStore store, ClientStore clients, IOptions<ApiOptions> options, IOptions<ConsoleOptions> console)
    {
        var errors = new InputErrors();
        var query = PageQuery.Read(context.Request, options.Value.PageLengthMax, errors, "job", "batch", "state", JobsDocs.ClientParameter);
        var (owner, forbidden) = await ChosenClient.FindAsync(context, clients, JobsDocs.ClientParameter, query.Filters[JobsDocs.ClientParameter], errors);
        var filter = new DeliveryFilter
        {
            JobId = query.Id("job", errors),
            BatchId = query.Id("batch", errors),
            State = query.Choice("state", DeliveryState.All, errors),
            Before = query.Before,
            Limit = query.Sought,
        };
        if (forbidden is not null || errors.Any)
        {
            return forbidden ?? errors.ToProblem();
        }

        var (page, links) = query.PageOf(
            await store.ListAsync(owner, filter, context.RequestAborted),
            delivery => owner == context.ClientId() ? DeliveryResource.Of(delivery) : Shown(delivery, context, console.Value),
            delivery => delivery.Id);
        return Results.Json(new DeliveryPageResource(page, links), ApiJson.Wire.DeliveryPageResource);
    }

    private static async Task<IResult> FindAsync(string id, HttpContext context, WebhookStore store, ClientStore clients, IOptions<ConsoleOptions> console)
    {
        var (deliveryId, owner, refusal) = await ChosenClient.ReadAsync(id, context, clients);
        if (refusal is not null)
        {
            return refusal;
        }

        var delivery = await store.FindAsync(owner, deliveryId, context.RequestAborted);
        return delivery is null || owner == context.ClientId()
            ? Answer(deliveryId, delivery)
            : Results.Json(Shown(delivery, context, console.Value), ApiJson.Wire.DeliveryResource);
    }

    /// <summary>One's own whole, though those of all were asked for.</summary>
    private static DeliveryResource Shown(WebhookDelivery delivery, HttpContext context, ConsoleOptions console) =>
        DeliveryResource.OfOther(delivery, showsTexts: console.ShowTexts || delivery.ClientId == context.ClientId());

    private static Task<IResult> ReplayAsync(string id, HttpContext context, WebhookStore store) => JobIds.UseAsync(
        id,
        async deliveryId => Answer(deliveryId, await store.ReplayAsync(context.ClientId(), deliveryId, context.RequestAborted), StatusCodes.Status202Accepted));

    private static async Task<IResult> AddSecretAsync(HttpContext context, WebhookStore store)
    {
        var (secret, text) = await store.AddSecretAsync(context.ClientId(), context.RequestAborted);
        return Results.Json(SecretResource.Of(secret, text), ApiJson.Wire.SecretResource, statusCode: StatusCodes.Status201Created);
    }

    private static async Task<IResult> ListSecretsAsync(HttpContext context, WebhookStore store)
    {
        var secrets = await store.ListSecretsAsync(context.ClientId(), context.RequestAborted);
        return Results.Json(new SecretListResource([.. secrets.Select(secret => SecretResource.Of(secret))]), ApiJson.Wire.SecretListResource);
    }

    private static Task<IResult> DeleteSecretAsync(string id, HttpContext context, WebhookStore store) => JobIds.UseAsync(
        id,
        async secretId => await store.DeleteSecretAsync(context.ClientId(), secretId, context.RequestAborted)
            ? await ListSecretsAsync(context, store)
            : new Problem(ProblemType.SecretNotFound, $"Secret {secretId} does not exist, or belongs to another API key. GET /api/webhooks/secrets lists yours."));

    private static IResult Answer(Guid id, WebhookDelivery? delivery, int status = StatusCodes.Status200OK) => delivery is null
        ? new Problem(ProblemType.DeliveryNotFound, $"Delivery {id} does not exist, or belongs to another API key. GET /api/webhooks/deliveries lists yours.")
        : Results.Json(DeliveryResource.Of(delivery), ApiJson.Wire.DeliveryResource, statusCode: status);
}
