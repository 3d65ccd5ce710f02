using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.Onnx.Files;

/// <summary>Reads the small files beside a graph.</summary>
internal static class HubFileReader
{
    /// <summary>Null where there is no such file.</summary>
    /// <exception cref="ModelLoadException">It cannot be read.</exception>
    public static T? Read<T>(OnnxModelFiles files, string name, JsonTypeInfo<T> type)
        where T : class =>
        files.Has(name) ? Guard(files.PathOf(name), path => JsonSerializer.Deserialize(File.ReadAllBytes(path), type)) : null;

    /// <summary>Turns whatever is wrong with a file into one message.</summary>
    public static T Guard<T>(string path, Func<string, T> read)
    {
        try
        {
            return read(path);
        }
        catch (Exception exception) when (exception
            is JsonException or IOException or UnauthorizedAccessException or InvalidDataException or FormatException
            or ArgumentException or InvalidOperationException or KeyNotFoundException or IndexOutOfRangeException)
        {
            throw new ModelLoadException($"{path} cannot be read: {exception.Message.TrimEnd('.')}.", "Copy it again from where the model comes from.", exception);
        }
    }
}
