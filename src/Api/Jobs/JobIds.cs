using Pipeline.Api.Problems;

namespace Pipeline.Api.Jobs;

/// <summary>Ids, of jobs and of all else, as they stand in paths and queries.</summary>
internal static class JobIds
{
    /// <summary>Answers about what a path names by its id.</summary>
    /// <param name="use">Called only with an id.</param>
    public static async Task<IResult> UseAsync(string text, Func<Guid, Task<IResult>> use)
    {
        var errors = new InputErrors();
        var id = Parse(text, errors);
        return errors.Any ? errors.ToProblem() : await use(id);
    }

    public static Guid Parse(string text, InputErrors errors, string field = "id")
    {
        if (!Guid.TryParseExact(text, "D", out var id))
        {
            errors.Add(field, $"is \"{text}\", not a UUID: send it as the API returned it, for example 019a9c1e-7f00-7000-8000-000000000000.");
        }

        return id;
    }
}
