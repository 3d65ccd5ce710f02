using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Cli.Input;

/// <summary>Reads a file of one JSON object a line; an error names the line.</summary>
internal static class JsonLines
{
    public const int RowsMax = 1_000_000;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <exception cref="CommandException">No such file, a line of another shape, an empty file, or more than <see cref="RowsMax"/> rows.</exception>
    public static async Task<IReadOnlyList<T>> ReadAsync<T>(string path, JsonTypeInfo<T> shape, CancellationToken cancellationToken)
        where T : class, IRow
    {
        try
        {
            using var reader = new StreamReader(path, StrictUtf8);
            return await ReadAsync(path, reader, shape, cancellationToken);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandException($"{path} does not exist; give a file of lines {T.Example}.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{path} cannot be read: {exception.Message}");
        }
    }

    internal static async Task<IReadOnlyList<T>> ReadAsync<T>(
        string name,
        TextReader reader,
        JsonTypeInfo<T> shape,
        CancellationToken cancellationToken)
        where T : class, IRow
    {
        List<T> rows = [];
        var number = 0;
        try
        {
            while (await reader.ReadLineAsync(cancellationToken) is { } line)
            {
                number++;
                if (!string.IsNullOrWhiteSpace(line))
                {
                    rows.Add(Parse(line, shape));
                }

                if (rows.Count > RowsMax)
                {
                    throw new FormatException($"the file has more than {RowsMax} rows; split it.");
                }
            }
        }
        catch (DecoderFallbackException)
        {
            throw new CommandException($"{name} is not UTF-8 after line {number}; convert it.");
        }
        catch (FormatException exception)
        {
            throw new CommandException($"{name}, line {number}: {exception.Message}");
        }

        return rows.Count > 0 ? rows : throw new CommandException($"{name} is empty; write lines {T.Example}.");
    }

    private static T Parse<T>(string line, JsonTypeInfo<T> shape)
        where T : class, IRow
    {
        try
        {
            var row = JsonSerializer.Deserialize(line, shape);
            string? problem = row is null ? "is null" : row.Problem();
            return problem is null ? row! : throw new FormatException($"{problem}; expected {T.Example}.");
        }
        catch (JsonException exception)
        {
            var where = exception.Path is null or "$" ? "" : $" at {exception.Path}";
            throw new FormatException($"is not such a JSON object{where} (byte {exception.BytePositionInLine + 1}); expected {T.Example}.");
        }
    }
}
