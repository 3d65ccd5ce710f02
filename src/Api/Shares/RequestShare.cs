using Microsoft.Extensions.Options;
using Pipeline.Api.Clients;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Shares;

/// <summary>
/// Bounds the requests of a client that are under way in this process, whatever they wait for: a result, a body, a reader. Others find
/// the process as it was.
/// </summary>
internal sealed class RequestShare(IOptions<ApiOptions> options) : IMiddleware
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly int _max = options.Value.RequestsPerClientMax;
    private readonly ClientSlots _slots = new(options.Value.RequestsPerClientMax, int.MaxValue);

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var clientId = context.ClientId();
        if (_slots.Enter(clientId) is not null)
        {
            await new Problem(
                ProblemType.TooManyRequests, $"You have {_max} requests under way, the limit of Api:RequestsPerClientMax. Wait for one to end, or raise the limit.")
            {
                RetryAfter = RetryAfter,
            }.ExecuteAsync(context);
            return;
        }

        try
        {
            await next(context);
        }
        finally
        {
            _slots.Leave(clientId);
        }
    }
}
