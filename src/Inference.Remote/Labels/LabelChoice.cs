using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace Pipeline.Inference.Remote.Labels;

/// <summary>
/// Asks a model to name one of the labels, as JSON whose schema allows nothing else. It says which label and not how probable:
/// see <see cref="LabelScores.ChoiceOnly"/>. A model asked for a number would make one up.
/// </summary>
internal static class LabelChoice
{
    private const string Property = "label";
    private const int AnswerTokensMax = 2_048; // Room for models that think first; the answer itself has a dozen.

    // Korean labels as they are: the schema is a part of what the model reads.
    private static readonly JsonSerializerOptions _unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="client">Cloud or server.</param>
    /// <param name="request">Validated already.</param>
    /// <param name="options">Options of the request besides the schema.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public static async Task<LabelScores> AskAsync(
        IChatClient client, LabelScoringRequest request, ChatOptions options, CancellationToken cancellationToken)
    {
        options.MaxOutputTokens = AnswerTokensMax;
        options.ResponseFormat = ChatResponseFormat.ForJsonSchema(Schema(request.Labels), Property, "One label and nothing else.");
        ChatResponse answer = await client.GetResponseAsync(request.Messages, options, cancellationToken);
        int chosen = Find(request.Labels, answer.Text);
        double[] logProbabilities = [.. request.Labels.Select((_, i) => i == chosen ? 0 : double.NegativeInfinity)];
        return new()
        {
            Labels = LabelScore.Distribution(request, logProbabilities),
            ChoiceOnly = true,
            PromptTokens = (int)(answer.Usage?.InputTokenCount ?? 0),
            CachedTokens = 0, // A server's cache is everybody's: its count would tell what others sent.
            CompletionTokens = (int)(answer.Usage?.OutputTokenCount ?? 0),
            Model = answer.ModelId ?? "unknown",
        };
    }

    private static JsonElement Schema(IReadOnlyList<string> labels)
    {
        JsonObject schema = new()
        {
            ["type"] = "object",
            ["properties"] = new JsonObject
            {
                [Property] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray([.. labels.Select(label => (JsonNode)label)]) },
            },
            ["required"] = new JsonArray(Property),
            ["additionalProperties"] = false,
        };
        return JsonElement.Parse(schema.ToJsonString(_unescaped));
    }

    /// <summary>A bare label does as well: servers that ignore the schema answer as the prompt says.</summary>
    private static int Find(IReadOnlyList<string> labels, string text)
    {
        string said = Said(text).Trim();
        for (int i = 0; i < labels.Count; i++)
        {
            if (labels[i].Equals(said, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        // Not what it said: that may quote the user's text.
        throw new RemoteException($"The model answered {text.Length} characters that are none of the labels. Take a model or server that keeps to a JSON schema.");
    }

    private static string Said(string text)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind is JsonValueKind.Object && json.RootElement.TryGetProperty(Property, out JsonElement label)
                ? label.ToString()
                : text;
        }
        catch (JsonException)
        {
            return text;
        }
    }
}
