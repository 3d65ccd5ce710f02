using System.Text.Json.Serialization;

namespace Pipeline.Cli.Wire;

/// <summary>Unknown fields are skipped: the API grows by addition, and an older program must still read it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(EmotionRequest))]
[JsonSerializable(typeof(JobReply))]
[JsonSerializable(typeof(ProblemReply))]
[JsonSerializable(typeof(BatchReply))]
[JsonSerializable(typeof(BatchLine))]
[JsonSerializable(typeof(BatchItem))]
internal sealed partial class WireJson : JsonSerializerContext;
