using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Pipeline.Cli.Wire;

/// <summary>What an RFC 9457 problem says, for a person.</summary>
internal sealed record ProblemReply
{
    private const string KeyRemedy = "Make a key with ./run keys add NAME and set PIPELINE_API_KEY to it, or pass --api-key.";

    public string? Title { get; init; }

    public string? Detail { get; init; }

    public IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors { get; init; }

    /// <summary>The problem in a body, or the bare status where the body is none.</summary>
    public static string Describe(HttpStatusCode status, MediaTypeHeaderValue? type, string body)
    {
        var problem = type?.MediaType is "application/problem+json" ? Parse(body) : null;
        var text = new StringBuilder(problem?.Title ?? $"The pipeline answered {(int)status} {status}");
        text.Append('.');
        if (problem?.Detail is { } detail)
        {
            text.Append(' ').Append(detail);
        }

        // A single message is the detail already.
        if (problem?.Errors is { } errors && errors.Values.Sum(messages => messages.Count) > 1)
        {
            foreach (var (field, messages) in errors)
            {
                text.AppendLine().Append("  ").Append(field).Append(' ').AppendJoin(' ', messages);
            }
        }

        if (status is HttpStatusCode.Unauthorized)
        {
            text.Append(' ').Append(KeyRemedy);
        }

        return text.ToString();
    }

    private static ProblemReply? Parse(string body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, WireJson.Default.ProblemReply);
        }
        catch (JsonException)
        {
            return null; // Something between us and the pipeline answered; the status is what is known.
        }
    }
}
