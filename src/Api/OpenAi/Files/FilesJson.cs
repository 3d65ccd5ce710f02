using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Api.OpenAi.Batches;

namespace Pipeline.Api.OpenAi.Files;

/// <summary>Files and batches, whose absent fields OpenAI writes as null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(FileResource))]
[JsonSerializable(typeof(FilePage))]
[JsonSerializable(typeof(FileDeleted))]
[JsonSerializable(typeof(FileBatchResource))]
[JsonSerializable(typeof(FileBatchPage))]
[JsonSerializable(typeof(FileBatchRequest))]
[JsonSerializable(typeof(AnswerLine))]
internal sealed partial class FilesJson : JsonSerializerContext
{
    public static FilesJson Wire { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
