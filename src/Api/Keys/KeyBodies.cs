using System.ComponentModel;
using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Jobs;
using Pipeline.Core.Clients;

namespace Pipeline.Api.Keys;

/// <summary>Reads the bodies below <c>/api/keys</c>.</summary>
internal static class KeyBodies
{
    private const string Name = "name";
    private const string Role = "role";
    private const string SameClient = "same_client";
    private const string Grace = "grace";

    public static NewKey ReadNew(BodyFields fields, DateTimeOffset now)
    {
        var name = fields.Take(Name, JsonValueKind.String, required: true)?.GetString();
        if (name is not null && !ClientNames.IsValid(name))
        {
            fields.Errors.Add(Name, $"is no name: {ClientNames.Rule}.");
        }

        NewKey key = new() { Name = name ?? "", Role = TakeRole(fields), ExpiresAt = TakeExpiry(fields, now), SameClient = fields.TakeBoolean(SameClient) ?? false };
        fields.RefuseUnknown();
        return key;
    }

    public static KeyChange ReadChange(BodyFields fields, DateTimeOffset now)
    {
        KeyChange change = new() { Role = TakeRole(fields), SetsExpiry = fields.Has(CommonFields.ExpiresAt) || fields.IsNull(CommonFields.ExpiresAt), ExpiresAt = TakeExpiry(fields, now) };
        fields.RefuseUnknown();
        if (change is { Role: null, SetsExpiry: false } && !fields.Errors.Any)
        {
            fields.Errors.Add("body", $"changes nothing: send {Role}, {CommonFields.ExpiresAt} or both.");
        }

        return change;
    }

    public static TimeSpan ReadGrace(BodyFields fields)
    {
        var text = fields.Take(Grace, JsonValueKind.String, required: false)?.GetString();
        fields.RefuseUnknown();
        if (text is null)
        {
            return KeyTimes.GraceDefault;
        }

        if (KeyTimes.Parse(text) is { } grace && grace <= KeyTimes.GraceMax)
        {
            return grace;
        }

        fields.Errors.Add(Grace, $"is \"{text}\": send a whole number with s, m, h or d, such as 24h, and at most {KeyTimes.GraceMax.TotalDays:0}d.");
        return default;
    }

    private static Role? TakeRole(BodyFields fields)
    {
        if (fields.Take(Role, JsonValueKind.String, required: false)?.GetString() is not { } word)
        {
            return null;
        }

        var role = RoleWords.Parse(word);
        if (role is null)
        {
            fields.Errors.Add(Role, $"is \"{word}\": send one of {string.Join(", ", RoleWords.All)}.");
        }

        return role;
    }

    private static DateTimeOffset? TakeExpiry(BodyFields fields, DateTimeOffset now) =>
        CommonFields.TakeExpiresAt(fields, now, KeyTimes.LifetimeMax, "the longest that a key may live");
}

internal sealed record KeyRequest
{
    [Description("Who will use the key: 1 to 64 letters, digits, '.', '-' and '_'.")]
    public required string Name { get; init; }

    [Description("client (default), operator or admin. The first key is an admin's.")]
    public string? Role { get; init; }

    [Description("RFC 3339 time at which the key ends; without it never.")]
    public DateTimeOffset? ExpiresAt { get; init; }

    [Description("true gives the key to the revoked client that had this name last, with its jobs and all else; default false: a new client.")]
    public bool? SameClient { get; init; }
}

internal sealed record KeyChangeRequest
{
    [Description("client, operator or admin.")]
    public string? Role { get; init; }

    [Description("RFC 3339 time at which the newest key ends, older ones no later; null for never.")]
    public DateTimeOffset? ExpiresAt { get; init; }
}

internal sealed record RotationRequest
{
    [Description("How long the other keys of the client go on working: 24h (default), 30m, 7d; 0s ends them at once.")]
    public string? Grace { get; init; }
}
