using System.Text;
using Pipeline.Api.Clients;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Mcp;

/// <summary>Sends a request to an endpoint of this process, in the name of the client of another request: nothing is said of an operation twice.</summary>
internal sealed class InnerCalls(EndpointDataSource endpoints, FailureProblems failures, RoleGate roles)
{
    /// <summary>The status and the body of the answer.</summary>
    public async Task<(int Status, string Body)> SendAsync(HttpContext outer, ToolRequest request, CancellationToken cancellationToken)
    {
        var endpoint = endpoints.Endpoints.Single(endpoint => endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName == request.Operation);
        using var body = new MemoryStream(request.Body ?? []);
        using var answer = new MemoryStream();
        var inner = new DefaultHttpContext
        {
            RequestServices = outer.RequestServices,
            RequestAborted = cancellationToken,
            TraceIdentifier = outer.TraceIdentifier,
            Request = { Method = request.Method, Scheme = outer.Request.Scheme, Host = outer.Request.Host, Path = request.Path + request.Id, QueryString = new(request.Query), Body = body },
            Response = { Body = answer },
        };
        inner.Features.Set(outer.Client());
        inner.SetEndpoint(endpoint);
        if (request.Body is { Length: var length })
        {
            inner.Request.ContentType = "application/json";
            inner.Request.ContentLength = length;
        }

        if (request.Id is { } id)
        {
            inner.Request.RouteValues["id"] = id;
        }

        Set(inner.Request.Headers, "Prefer", request.WaitSeconds is { } seconds ? $"wait={seconds}" : null);
        Set(inner.Request.Headers, "Idempotency-Key", request.IdempotencyKey);
        await failures.InvokeAsync(inner, context => roles.InvokeAsync(context, endpoint.RequestDelegate!));
        return (inner.Response.StatusCode, Encoding.UTF8.GetString(answer.GetBuffer(), 0, (int)answer.Length));
    }

    private static void Set(IHeaderDictionary headers, string name, string? value)
    {
        if (value is not null)
        {
            headers[name] = value;
        }
    }
}
