using System.Text.Json.Serialization;

namespace Pipeline.Inference.Structured.Schemas;

/// <summary>For names that are written again.</summary>
[JsonSerializable(typeof(string))]
internal sealed partial class SchemaJson : JsonSerializerContext;
