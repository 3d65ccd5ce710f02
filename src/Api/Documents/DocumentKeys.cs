using Pipeline.Api.Problems;
using Pipeline.Contracts.Unicode;

namespace Pipeline.Api.Documents;

/// <summary>Clients' own names of their documents, as they stand in a path.</summary>
internal static class DocumentKeys
{
    private const int LengthMax = 200;

    /// <param name="use">Called only with a key that may be.</param>
    public static async Task<IResult> UseAsync(string text, Func<string, Task<IResult>> use)
    {
        // Routing leaves the slash alone, so that it does not part the path.
        var key = ComposedForm.Of(text.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase));
        return key.Length > LengthMax || key.Any(char.IsControl) || VisibleText.IsBlank(key)
            ? Problem.Of(ProblemType.InvalidInput, "key", $"is no name of 1 to {LengthMax} characters without control characters.")
            : await use(key);
    }

    public static Problem NotFound(string key) => new(
        ProblemType.DocumentNotFound, $"There is no document under the key '{key}', or it belongs to another API key. GET /api/documents lists yours.");
}
