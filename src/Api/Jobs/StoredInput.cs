using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Contracts;

namespace Pipeline.Api.Jobs;

/// <summary>What a job was asked, as its client may see it and send it again.</summary>
internal static class StoredInput
{
    /// <param name="kind">Null where this server does not know it any more.</param>
    public static JsonElement ForClients(string json, JobKind? kind)
    {
        if (JsonNode.Parse(json) is not JsonObject input)
        {
            return JsonElement.Parse(json);
        }

        foreach (var field in kind?.ApiFields ?? [])
        {
            input.Remove(field);
        }

        foreach (var (name, _) in input.Where(field => field.Value is null).ToArray())
        {
            input.Remove(name);
        }

        return JsonElement.Parse(input.ToJsonString());
    }
}
