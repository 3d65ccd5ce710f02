using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Api.Jobs;

/// <summary>Writes JSON text that the database holds as it is, without reading it first. PostgreSQL has checked it.</summary>
internal sealed class RawJsonConverter : JsonConverter<string>
{
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Job resources are only written.");

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value, skipInputValidation: true);
}
