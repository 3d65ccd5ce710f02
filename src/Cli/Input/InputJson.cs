using System.Text.Json.Serialization;

namespace Pipeline.Cli.Input;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Sample))]
[JsonSerializable(typeof(GoldText))]
[JsonSerializable(typeof(GoldJob))]
internal sealed partial class InputJson : JsonSerializerContext;
