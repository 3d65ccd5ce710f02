using System.Text;
using Pipeline.Inference.Models;

namespace Pipeline.Inference.Gguf;

/// <summary>
/// Reads the header and tensor table of a GGUF file and compares them with the file's length. A truncated file can crash
/// the native library much later, when a mapped page is touched, and numbers that no model has end its process at once, so both
/// are refused here.
/// Format: github.com/ggml-org/ggml/blob/master/docs/gguf.md
/// </summary>
public static class GgufReader
{
    private const uint Magic = 0x46554747; // "GGUF"
    private const string Again = "Copy or download it again.";

    /// <summary>Reads a file, or all parts of a model in several files whose first one is named.</summary>
    /// <exception cref="ModelLoadException">A file is missing, not GGUF, damaged, or shorter than its tensor table says.</exception>
    public static GgufFile Read(string path)
    {
        GgufFile[] parts = [.. GgufParts.Of(path).Select(ReadOne)];
        return parts.Length is 1 ? parts[0] : parts[0] with
        {
            FileBytes = parts.Sum(part => part.FileBytes),
            Parameters = parts.Sum(part => part.Parameters),
            BytesPerToken = parts.Any(part => part.BytesPerToken is null) ? null : parts.Sum(part => part.BytesPerToken),
        };
    }

    /// <summary>The part of the header that describes a model, with the elements of these arrays. Tensors are not looked at.</summary>
    /// <exception cref="ModelLoadException">The file is missing, not GGUF, or damaged.</exception>
    internal static GgufMetadata ReadMetadata(string path, params IReadOnlyList<string> arrays) => Open(
        GgufParts.Of(path)[0], stream => Guarded(path, () => ReadHead(stream, path, (reader, _, entries) => GgufMetadata.Read(reader, entries, arrays))));

    /// <summary>The same of one file, or one part, that is open; <paramref name="path"/> is what errors call it.</summary>
    /// <exception cref="ModelLoadException">It is not GGUF, damaged, or shorter than its tensor table says.</exception>
    public static GgufFile Read(FileStream stream, string path) => Guarded(path, () => ReadHead(stream, path, (reader, tensors, entries) =>
    {
        GgufMetadata metadata = GgufMetadata.Read(reader, entries);
        TensorTable table = GgufTensors.Read(reader, tensors, metadata.Alignment, metadata.ExpertsUsed);
        return table.End > stream.Length
            ? throw new ModelLoadException($"The model file {path} is truncated: it has {stream.Length} bytes and needs {table.End}.", Again)
            : metadata.Describe(stream.Length, table);
    }));

    private static GgufFile ReadOne(string path) => Open(path, stream => Read(stream, path));

    private static T Guarded<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (EndOfStreamException exception)
        {
            throw new ModelLoadException($"The model file {path} is truncated: it ends inside its header.", Again, exception);
        }
        catch (InvalidDataException exception)
        {
            throw new ModelLoadException($"The header of {path} is damaged: {exception.Message}.", Again, exception);
        }
    }

    private static T Open<T>(string path, Func<FileStream, T> read)
    {
        try
        {
            using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
            return read(stream);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ModelLoadException($"The model file {path} does not exist.", "Correct the path or put the file there.", exception);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new ModelLoadException($"The model file {path} cannot be read: {exception.Message}", "Give this user the right to read it.", exception);
        }
    }

    private static T ReadHead<T>(FileStream stream, string path, Func<BinaryReader, ulong, ulong, T> read)
    {
        stream.Position = 0;
        using BinaryReader reader = new(stream, Encoding.UTF8, leaveOpen: true);
        if (stream.Length < 24 || reader.ReadUInt32() != Magic)
        {
            throw new ModelLoadException($"{path} is not a GGUF file.", "Convert the model to GGUF or take one that is.");
        }

        uint version = reader.ReadUInt32();
        if (version is not (2 or 3))
        {
            throw new ModelLoadException($"{path} is GGUF version {version}; versions 2 and 3 are read.", "Convert the model again.");
        }

        ulong tensors = reader.ReadUInt64();
        ulong entries = reader.ReadUInt64();
        return tensors > 1_000_000 || entries > 1_000_000
            ? throw new ModelLoadException($"The header of {path} is damaged.", Again)
            : read(reader, tensors, entries);
    }
}
