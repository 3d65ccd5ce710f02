using System.Text.Json;

namespace Pipeline.Client;

/// <summary>
/// The items of a batch as lines in a temporary file, which goes with the process. A source of items may be read once only, and a
/// submission that breaks has to be sent again from the start.
/// </summary>
internal sealed class BatchSpool : IAsyncDisposable
{
    private const int BufferBytes = 64 * 1_024;

    private readonly FileStream _file;

    private BatchSpool(FileStream file) => _file = file;

    public static async Task<BatchSpool> WriteAsync(IAsyncEnumerable<BatchItem> items, CancellationToken cancellationToken)
    {
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, BufferBytes, FileOptions.DeleteOnClose | FileOptions.Asynchronous);
        try
        {
            await using var writer = new Utf8JsonWriter(file);
            await foreach (var item in items.WithCancellation(cancellationToken))
            {
                item.Write(writer);
                await writer.FlushAsync(cancellationToken);
                file.WriteByte((byte)'\n');
                writer.Reset();
            }

            await file.FlushAsync(cancellationToken);
            return new(file);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <summary>The lines from the start, once for every try.</summary>
    public HttpContent Content() =>
        new StreamContent(new FileStream(_file.Name, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, BufferBytes, FileOptions.Asynchronous));

    public ValueTask DisposeAsync() => _file.DisposeAsync();
}
