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
    private const string Weight = "weight";
    private const double WeightMin = 0.01;
    private const double WeightMax = 100;
    private const string SameClient = "same_client";
    private const string Grace = "grace";
    private const string RevokedOnly = "revoked_only";

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
        KeyChange change = new()
        {
            Role = TakeRole(fields),
            Weight = TakeWeight(fields),
            Limits = LimitFields.Take(fields),
            SetsExpiry = fields.Has(CommonFields.ExpiresAt) || fields.IsNull(CommonFields.ExpiresAt),
            ExpiresAt = TakeExpiry(fields, now),
        };
        fields.RefuseUnknown();
        if (change is { Role: null, Weight: null, Limits.Count: 0, SetsExpiry: false } && !fields.Errors.Any)
        {
            fields.Errors.Add("body", $"changes nothing: send {Role}, {Weight}, {LimitFields.Name} or {CommonFields.ExpiresAt}.");
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

    public static bool ReadRevokedOnly(BodyFields fields)
    {
        var revokedOnly = fields.TakeBoolean(RevokedOnly) ?? false;
        fields.RefuseUnknown();
        return revokedOnly;
    }

    private static double? TakeWeight(BodyFields fields)
    {
        var weight = fields.TakeNumber(Weight);
        if (weight is < WeightMin or > WeightMax)
        {
            fields.Errors.Add(Weight, $"is {weight}: send a number from {WeightMin} to {WeightMax}.");
        }

        return weight;
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
