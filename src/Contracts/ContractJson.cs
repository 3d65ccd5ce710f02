using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pipeline.Contracts;

internal static class ContractJson
{
    /// <summary>
    /// The same options, writing Korean as Korean: the default encoder makes \uXXXX of it, three times the bytes. The JSON is
    /// never put into HTML unescaped.
    /// </summary>
    public static JsonSerializerOptions Unescaped(JsonSerializerOptions options) =>
        new(options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
