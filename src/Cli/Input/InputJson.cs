using System.Text.Json.Serialization;

namespace Pipeline.Cli.Input;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Sample))]
[JsonSerializable(typeof(GoldText))]
internal sealed partial class InputJson : JsonSerializerContext;
