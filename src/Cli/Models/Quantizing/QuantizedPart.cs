using System.Security.Cryptography;
using Pipeline.Cli.Models.Pulling;
using Pipeline.Inference.Gguf;

namespace Pipeline.Cli.Models.Quantizing;

/// <summary>FILE.part, locked until it has its name; gone where it never gets it. The library writes it by its name, which the lock of Unix does not hinder.</summary>
internal sealed class QuantizedPart : IDisposable
{
    private readonly FileStream _stream;
    private bool _isFinished;

    private QuantizedPart(FileStream stream, string path) => (_stream, Path) = (stream, path);

    public string Path { get; }

    /// <exception cref="CommandException">Another command is writing it.</exception>
    public static QuantizedPart Open(string target)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
        var path = target + PartFile.Extension;
        try
        {
            // Windows' locks bind everybody.
            var share = OperatingSystem.IsWindows() ? FileShare.ReadWrite | FileShare.Delete : FileShare.None;
            return new(new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, share, bufferSize: 1 << 16, FileOptions.Asynchronous), path);
        }
        catch (IOException exception) when (File.Exists(path))
        {
            throw new CommandException($"Another command is writing {target} ({exception.Message.TrimEnd('.')}). Wait until it has ended.");
        }
    }

    /// <summary>Reads it once more, and gives it its name.</summary>
    /// <returns>Its checksum.</returns>
    /// <exception cref="Pipeline.Inference.Models.ModelLoadException">It is not whole.</exception>
    public async Task<string> FinishAsync(string target, CancellationToken cancellationToken)
    {
        GgufReader.Read(_stream, Path);
        _stream.Position = 0;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await Checksums.AddAsync(hash, _stream, _ => { }, cancellationToken);
        _stream.Flush(flushToDisk: true);
        File.Move(Path, target, overwrite: false);
        _isFinished = true;
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    public void Dispose()
    {
        if (!_isFinished)
        {
            File.Delete(Path);
        }

        _stream.Dispose();
    }
}
