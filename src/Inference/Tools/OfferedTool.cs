using System.Text.Json;

namespace Pipeline.Inference.Tools;

/// <param name="Parameters">JSON schema of the arguments.</param>
internal sealed record OfferedTool(string Name, string Description, JsonElement Parameters);
