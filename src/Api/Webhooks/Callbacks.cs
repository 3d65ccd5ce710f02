using Pipeline.Api.Jobs;
using Pipeline.Api.Problems;
using Pipeline.Core.Webhooks;

namespace Pipeline.Api.Webhooks;

/// <summary>The <c>callback_url</c> of requests that make jobs: what can be said of it before anything is accepted.</summary>
internal sealed class Callbacks(TargetRule targets, WebhookStore webhooks)
{
    public TargetRule Targets => targets;

    /// <summary>The query parameter of a batch, whose body is only its items.</summary>
    public string? Read(IQueryCollection query, InputErrors errors)
    {
        if (QueryParameters.Single(query, CommonFields.CallbackUrl, errors) is not { } text)
        {
            return null;
        }

        if (targets.Fault(text) is { } fault)
        {
            errors.Add(CommonFields.CallbackUrl, fault);
            return null;
        }

        return new Uri(text).AbsoluteUri;
    }

    /// <summary>Why a webhook to this URL could not be sent; null when it can, or when there is none.</summary>
    public async Task<Problem?> CheckAsync(Guid clientId, string? url, CancellationToken cancellationToken)
    {
        if (url is null)
        {
            return null;
        }

        var endpoint = await webhooks.FindEndpointAsync(clientId, url, cancellationToken);
        if (!endpoint.HasSecret)
        {
            return Problem.Of(
                ProblemType.InvalidInput,
                CommonFields.CallbackUrl,
                "needs a secret that its webhooks are signed with, and you have none: POST /api/webhooks/secrets makes one.");
        }

        return endpoint.DisabledAt is not { } at ? null : Problem.Of(
            ProblemType.InvalidInput,
            CommonFields.CallbackUrl,
            $"answered 410 Gone at {at:yyyy-MM-dd'T'HH:mm:ss'Z'} and gets no webhooks since. Replay one of its deliveries to enable it again, or send another URL.");
    }
}
