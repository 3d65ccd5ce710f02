using System.Text.Json;
using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.OpenApi;

/// <summary>What the served document says of each route.</summary>
internal static class OpenApiOperations
{
    // All that a path item can have; what else it holds, such as its parameters, is no operation.
    private static readonly string[] Methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

    /// <summary>By method and path, such as <c>get /api/jobs</c>.</summary>
    public static async Task<Dictionary<string, JsonElement>> OfAsync(ApiClient client) =>
        (await client.GetAsync("/openapi/v1.json")).Json.GetProperty("paths").EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Where(operation => Methods.Contains(operation.Name)).Select(operation => (Route: $"{operation.Name} {path.Name}", operation.Value)))
            .ToDictionary(operation => operation.Route, operation => operation.Value);
}
