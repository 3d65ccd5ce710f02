using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Cli.Models.Pulling;

/// <summary>
/// A file on its way: FILE.part, which one process at a time holds open and locked, and FILE.part.from, which says what it is the beginning
/// of. It gets its own name only when it is whole and right.
/// </summary>
internal sealed class PartFile : IDisposable
{
    public const string Extension = ".part";
    private const string OriginExtension = ".part.from";

    private readonly string _path;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private PartFile(string path, FileStream stream)
    {
        (_path, Stream) = (path, stream);
        Identity = stream.Length > 0 && File.Exists(path + OriginExtension) && File.ReadAllText(path + OriginExtension) is { Length: > 0 } identity ? identity : null;
    }

    public FileStream Stream { get; }

    public long Length => Stream.Length;

    /// <summary>Of the content that this is the beginning of; null where that is not known, so that nothing may be added.</summary>
    public string? Identity { get; private set; }

    /// <summary>Bytes that an earlier pull left; what of them is of use shows later.</summary>
    public static long Left(string path) => File.Exists(path + Extension) ? new FileInfo(path + Extension).Length : 0;

    /// <summary>Deletes what an earlier pull left.</summary>
    public static void Forget(string path)
    {
        File.Delete(path + Extension);
        File.Delete(path + OriginExtension);
    }

    /// <exception cref="CommandException">Another pull holds it, or has finished it meanwhile.</exception>
    public static PartFile Open(string path)
    {
        FileStream stream;
        try
        {
            // The lock is the kernel's: it ends with the process, however that ends.
            stream = new(path + Extension, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
        }
        catch (IOException exception) when (File.Exists(path + Extension))
        {
            throw new CommandException($"Another pull is fetching {path} ({exception.Message.TrimEnd('.')}). Wait until it has ended.");
        }

        if (!File.Exists(path))
        {
            return new(path, stream);
        }

        // The other one had it open until it gave it its name: this would be a second name for the finished file.
        stream.Dispose();
        throw new CommandException($"{path} has been fetched by another pull meanwhile. Check it with ./run models verify.");
    }

    /// <summary>Reads what an earlier pull left, whose hash is not known.</summary>
    public async Task ReadLeftAsync(CancellationToken cancellationToken)
    {
        Stream.Position = 0;
        await Checksums.AddAsync(_hash, Stream, _ => { }, cancellationToken);
    }

    /// <summary>Starts anew.</summary>
    /// <param name="identity">Of what follows.</param>
    public void Begin(string? identity)
    {
        Stream.SetLength(0);
        Stream.Position = 0;
        _hash.GetHashAndReset();
        Identity = identity;
        File.WriteAllText(_path + OriginExtension, identity ?? "", Encoding.UTF8);
    }

    public async Task AddAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await Stream.WriteAsync(bytes, cancellationToken);
        _hash.AppendData(bytes.Span);
    }

    /// <summary>SHA-256 of everything so far.</summary>
    public string Sum() => Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <summary>Gives it its name. Nobody sees the name before the bytes are on the disk.</summary>
    public void Finish()
    {
        Stream.Flush(flushToDisk: true);
        File.Move(_path + Extension, _path, overwrite: false);
        File.Delete(_path + OriginExtension);
    }

    public void Dispose()
    {
        if (Stream.Length is 0)
        {
            Forget(_path); // While it is locked: nobody else has written to it.
        }

        Stream.Dispose();
        _hash.Dispose();
    }
}
