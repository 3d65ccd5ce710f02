using System.Text.Json;

namespace Pipeline.Cli.Wire;

/// <summary>A job read, and the JSON it was read from.</summary>
internal sealed record JobDocument(JobReply Job, string Json)
{
    /// <summary>The one job of a body, or its <c>jobs</c> in the order of the texts.</summary>
    /// <exception cref="JsonException">It is neither.</exception>
    public static IReadOnlyList<JobDocument> ReadAll(string body)
    {
        using var document = JsonDocument.Parse(body);
        return document.RootElement.TryGetProperty("jobs", out var jobs)
            ? [.. jobs.EnumerateArray().Select(Read)]
            : [Read(document.RootElement)];
    }

    private static JobDocument Read(JsonElement element) => new(
        element.Deserialize(WireJson.Default.JobReply) ?? throw new JsonException("The job is null."),
        element.GetRawText());
}
