using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Console.Calls;

/// <summary>
/// The JSON body that a form means. Fields are named as the API names them, with dots that lead into objects and a type behind a colon;
/// those that begin with an underscore are the console's own.
/// </summary>
internal static class FormBody
{
    /// <summary>A JSON object that other fields are put into.</summary>
    public const string Json = "_json";

    /// <returns>No body where the form has no field; a fault where one cannot be read.</returns>
    public static (JsonObject? Body, ApiAnswer? Fault) Read(IFormCollection form)
    {
        JsonObject? body = null;
        var field = Json;
        try
        {
            if (form[Json].ToString() is { Length: > 0 } json)
            {
                body = JsonNode.Parse(json) as JsonObject ?? throw new JsonException("It is no JSON object.");
            }

            foreach (var (name, values) in form.Where(entry => !entry.Key.StartsWith('_') && entry.Value.ToString().Trim().Length > 0))
            {
                field = name.Split(':')[0];
                (body ??= []).Put(field, Value(name.Split(':').ElementAtOrDefault(1), values.ToString()));
            }
        }
        catch (Exception e) when (e is JsonException or FormatException or OverflowException)
        {
            return (null, Fault(field == Json ? "body" : field, e.Message));
        }

        return (body, null);
    }

    /// <summary>What the form is refused for, as the API would say it.</summary>
    public static ApiAnswer Fault(string field, string message) => new(StatusCodes.Status400BadRequest, JsonSerializer.SerializeToElement(new JsonObject
    {
        ["detail"] = "The form was not sent on.",
        ["errors"] = new JsonObject { [field] = new JsonArray(message) },
    }));

    /// <summary>Dots lead into objects.</summary>
    public static void Put(this JsonObject body, string path, JsonNode? value)
    {
        var names = path.Split('.');
        foreach (var name in names[..^1])
        {
            body = body[name] as JsonObject ?? (JsonObject)(body[name] = new JsonObject());
        }

        body[names[^1]] = value;
    }

    public static byte[] ToUtf8(this JsonObject body) => Encoding.UTF8.GetBytes(body.ToJsonString());

    private static JsonNode? Value(string? type, string text) => type switch
    {
        "number" => JsonValue.Create(decimal.Parse(text, NumberStyles.Number, CultureInfo.InvariantCulture)),
        "boolean" => JsonValue.Create(text is "true" or "on"),
        "json" => JsonNode.Parse(text),
        "words" => new JsonArray([.. text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(word => JsonValue.Create(word))]),
        "limit" => text is "none" ? null : JsonValue.Create(long.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture)),
        _ => JsonValue.Create(text),
    };
}
