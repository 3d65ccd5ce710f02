using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Pipeline.Api.Body;
using Pipeline.Api.Problems;
using Pipeline.Contracts.Unicode;

namespace Pipeline.Api.Jobs;

/// <summary>Whom a client does something for, by its own name for them. It decides nothing; what is kept of one user can be found, exported and erased by it.</summary>
internal static class UserTag
{
    public const string Field = "user";

    /// <summary>For readers of the document.</summary>
    public const string Description =
        "Whom you do it for: 1 to 200 characters of your own. GET /api/users/{user}/export and DELETE /api/users/{user} find it again.";

    /// <summary>OpenAI's newer name of the same.</summary>
    public const string SafetyIdentifier = "safety_identifier";

    private const int LengthMax = 200;

    /// <summary>What the body says, under either name. OpenAI's clients may send an empty one, which is none.</summary>
    public static string? TakeEither(BodyFields fields)
    {
        var (user, identifier) = (Text(fields, Field), Text(fields, SafetyIdentifier));
        return user is { Length: > 0 } ? Valid(user, Field, fields) : identifier is { Length: > 0 } ? Valid(identifier, SafetyIdentifier, fields) : null;
    }

    /// <summary>Null where there is none, or it is no tag, which is reported.</summary>
    public static string? Take(BodyFields fields) => Text(fields, Field) is { } user ? Valid(user, Field, fields) : null;

    /// <summary>The user that a path names in its segment with a number: there as everywhere %2F is a part of the name.</summary>
    public static string? OfPath(HttpContext context, string routeValue, int segment, InputErrors errors)
    {
        var raw = context.Features.Get<IHttpRequestFeature>()?.RawTarget is { Length: > 0 } target ? target.Split('?')[0].Split('/') : [];
        var user = ComposedForm.Of(raw.Length > segment ? Uri.UnescapeDataString(raw[segment]) : routeValue);
        return IsValid(user, Field, errors) ? user : null;
    }

    private static string? Text(BodyFields fields, string field) => fields.Take(field, JsonValueKind.String, required: false)?.GetString();

    private static string? Valid(string user, string field, BodyFields fields) => IsValid(user, field, fields.Errors) ? user : null;

    public static bool IsValid(string user, string field, InputErrors errors)
    {
        if (user.Length is 0 or > LengthMax || VisibleText.IsBlank(user) || user.Contains('\0', StringComparison.Ordinal))
        {
            errors.Add(field, $"has {user.Length} characters: send 1 to {LengthMax} that can be seen, or none.");
            return false;
        }

        return true;
    }
}
