using Microsoft.Net.Http.Headers;

namespace Pipeline.Api.Headers;

/// <summary>The API key of a request: <c>Authorization: Bearer KEY</c>, or <c>X-Api-Key: KEY</c> for clients that cannot set the former.</summary>
internal static class ApiKeyHeader
{
    public const string Name = "X-Api-Key";

    private const string Scheme = "Bearer ";

    /// <summary>Null when the request carries no credential at all; "" when it carries one that cannot be a key.</summary>
    public static string? Read(IHeaderDictionary headers)
    {
        if (headers.TryGetValue(HeaderNames.Authorization, out var authorization))
        {
            return authorization is [{ } value] && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
                ? value[Scheme.Length..].Trim()
                : "";
        }

        if (headers.TryGetValue(Name, out var keys))
        {
            return keys is [{ } key] ? key.Trim() : "";
        }

        return null;
    }
}
