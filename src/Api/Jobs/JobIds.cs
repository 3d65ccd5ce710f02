using Pipeline.Api.Problems;

namespace Pipeline.Api.Jobs;

/// <summary>Job ids as they stand in paths and queries.</summary>
internal static class JobIds
{
    public static Guid Parse(string text, InputErrors errors, string field = "id")
    {
        if (!Guid.TryParseExact(text, "D", out var id))
        {
            errors.Add(field, $"is \"{text}\", not a UUID: send it as the API gave it, for example 019a9c1e-7f00-7000-8000-000000000000.");
        }

        return id;
    }
}
