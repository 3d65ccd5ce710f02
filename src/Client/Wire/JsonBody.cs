using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Pipeline.Client.Wire;

/// <summary>Bodies of requests in JSON.</summary>
internal static class JsonBody
{
    public static byte[] Write(Action<Utf8JsonWriter> fields)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            fields(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static HttpRequestMessage Post(string path, byte[] body) => Send(HttpMethod.Post, path, body);

    public static HttpRequestMessage Send(HttpMethod method, string path, byte[] body)
    {
        var message = new HttpRequestMessage(method, path) { Content = new ByteArrayContent(body) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return message;
    }
}
