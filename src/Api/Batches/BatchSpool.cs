using System.Text;
using Pipeline.Api.Problems;
using Pipeline.Api.Shares;
using Pipeline.Contracts;
using Pipeline.Core.Batches;

namespace Pipeline.Api.Batches;

/// <summary>
/// Checked items of a batch on disk, until the last one is checked. Nothing of a batch reaches the database before, so a
/// client that leaves in the middle leaves nothing; and a slow one holds neither memory nor a transaction.
/// </summary>
internal sealed class BatchSpool : IDisposable
{
    private const int BufferBytes = 64 * 1_024;

    // What an item has beside its input, about.
    private const int ItemBytes = 128;

    private readonly JobCatalog _catalog;
    private readonly SpoolRoom.SpoolShare _share;
    private readonly string _directory;
    private readonly FileStream _file;
    private readonly BinaryWriter _writer;
    private readonly Dictionary<string, int> _queues = [];

    /// <param name="catalog">Its kinds are those of the items.</param>
    /// <param name="share">What it takes of the disk.</param>
    /// <param name="directory">Where it lies; null for the system's folder of temporary files.</param>
    /// <exception cref="BatchRefusedException">The disk does not take it.</exception>
    public BatchSpool(JobCatalog catalog, SpoolRoom.SpoolShare share, string? directory)
    {
        _share = share;
        _catalog = catalog;
        _directory = directory ?? Path.GetTempPath();
        _file = OnDisk(Open);
        _writer = new(_file, Encoding.UTF8, leaveOpen: true);
    }

    public int Count { get; private set; }

    /// <summary>How many items of each queue.</summary>
    public IReadOnlyDictionary<string, int> Queues => _queues;

    /// <exception cref="BatchRefusedException">The disk does not take it, or the client has its share of it.</exception>
    public void Add(NewBatchItem item)
    {
        if (_share.Take(Encoding.UTF8.GetByteCount(item.InputJson) + ItemBytes) is { } full)
        {
            throw new BatchRefusedException(full);
        }

        OnDisk(() =>
        {
            _writer.Write(item.Kind);
            _writer.Write(item.InputJson);
            _writer.Write(item.ExpiresAt?.UtcTicks ?? 0);
            _writer.Write(item.Deadline?.UtcTicks ?? 0);
            _writer.Write(item.Key ?? "");
            _writer.Write(item.Index ?? Count);
            _writer.Write(item.AnswerForm ?? "");
            _writer.Write(item.UserId ?? "");
            return _file;
        });
        _queues[item.Queue] = _queues.GetValueOrDefault(item.Queue) + 1;
        Count++;
    }

    /// <summary>Writes out what is still buffered; nothing is added any more.</summary>
    /// <exception cref="BatchRefusedException">The disk does not take it.</exception>
    public void Complete() => OnDisk(() =>
    {
        _writer.Flush();
        return _file;
    });

    /// <summary>Every item in its order, from the first one each time.</summary>
    public IEnumerable<NewBatchItem> Read()
    {
        _file.Position = 0;
        using var reader = new BinaryReader(_file, Encoding.UTF8, leaveOpen: true);
        for (var i = 0; i < Count; i++)
        {
            var kind = reader.ReadString();
            var input = reader.ReadString();
            var expiresAt = ReadTime(reader);
            var deadline = ReadTime(reader);
            var key = reader.ReadString();
            var index = reader.ReadInt32();
            var form = reader.ReadString();
            var user = reader.ReadString();
            yield return new NewBatchItem
            {
                Kind = kind,
                Queue = BulkQueue(kind),
                InputJson = input,
                ExpiresAt = expiresAt,
                Deadline = deadline,
                Key = key.Length is 0 ? null : key,
                Index = index,
                AnswerForm = form.Length is 0 ? null : form,
                UserId = user.Length is 0 ? null : user,
            };
        }
    }

    public void Dispose()
    {
        try
        {
            _share.Dispose();
            _writer.Dispose();
            _file.Dispose();
        }
        catch (IOException)
        {
            // A full disk refuses what was still buffered. Nobody wants it, and the file has no name.
        }
    }

    private static DateTimeOffset? ReadTime(BinaryReader reader) => reader.ReadInt64() is not 0 and var ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    private FileStream Open()
    {
        var path = Path.Combine(_directory, $"pipeline-batch-{Guid.CreateVersion7():N}");
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.Delete,
            BufferSize = BufferBytes,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var file = new FileStream(path, options);

        // Its texts are nobody's to find, not even after a crash: from here on only this handle leads to them.
        File.Delete(path);
        return file;
    }

    private FileStream OnDisk(Func<FileStream> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BatchRefusedException(new Problem(
                ProblemType.SpoolUnavailable,
                $"The batch cannot be written to {_directory} while it is checked: {e.Message} Make room there, or set Api:BatchSpoolDirectory to another directory."));
        }
    }

    private string BulkQueue(string kind) =>
        _catalog.TryFind(kind, out var known) ? known.Queue(JobPriority.Bulk) : throw new InvalidOperationException($"The spool holds an unknown kind '{kind}'.");
}
