using System.Security.Cryptography;

namespace Pipeline.Cli.Models;

/// <summary>The SHA-256 of a file, kept beside it as <c>sha256sum -c</c> reads it.</summary>
internal static class Checksums
{
    public const string Extension = ".sha256";

    private const int Digits = 64;

    public static bool IsSum(string text) => text.Length is Digits && text.All(char.IsAsciiHexDigit);

    /// <summary>What was recorded; null where nothing was, or nothing that makes sense.</summary>
    public static string? Recorded(string path)
    {
        try
        {
            return File.ReadLines(path + Extension).FirstOrDefault()?.Split(' ')[0] is { } sum && IsSum(sum) ? sum.ToLowerInvariant() : null;
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Whether the file was written after its sum was recorded.</summary>
    public static bool IsOlderThanFile(string path) => File.GetLastWriteTimeUtc(path + Extension) < File.GetLastWriteTimeUtc(path);

    public static void Record(string path, string sum) => File.WriteAllText(path + Extension, $"{sum}  {Path.GetFileName(path)}\n");

    /// <param name="onBytes">How many were read since it was called last.</param>
    public static async Task<string> ComputeAsync(string path, Action<long> onBytes, CancellationToken cancellationToken)
    {
        await using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await AddAsync(hash, file, onBytes, cancellationToken);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The rest of a stream.</summary>
    public static async Task AddAsync(IncrementalHash hash, Stream stream, Action<long> onBytes, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 20];
        while (await stream.ReadAsync(buffer, cancellationToken) is > 0 and var read)
        {
            hash.AppendData(buffer, 0, read);
            onBytes(read);
        }
    }
}
