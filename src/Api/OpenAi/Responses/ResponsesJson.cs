using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Api.OpenAi.Responses;

/// <summary>Answers, whose absent fields OpenAI writes as null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ResponseRequest))]
[JsonSerializable(typeof(ResponseForm))]
[JsonSerializable(typeof(ResponseResource))]
[JsonSerializable(typeof(ResponseEvent))]
[JsonSerializable(typeof(ResponseDeleted))]
[JsonSerializable(typeof(ChosenTool))]
[JsonSerializable(typeof(AllowedChoice))]
[JsonSerializable(typeof(ResponseInputPage))]
internal sealed partial class ResponsesJson : JsonSerializerContext
{
    public static ResponsesJson Wire { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
