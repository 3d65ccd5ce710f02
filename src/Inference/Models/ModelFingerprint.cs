using System.Buffers.Binary;
using System.Security.Cryptography;
using Pipeline.Inference.Gguf;

namespace Pipeline.Inference.Models;

/// <summary>
/// Tells model files apart by their content, on any machine and under any name: a digest of the length and of pieces from
/// beginning to end. Reading all of a large file would take minutes; another training changes weights everywhere.
/// </summary>
public static class ModelFingerprint
{
    private const int Pieces = 64;
    private const int PieceBytes = 16 * 1_024;

    /// <summary>Lower-case hexadecimal SHA-256.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static string Of(string path)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string part in GgufParts.Of(path))
        {
            Add(hash, part);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Add(IncrementalHash hash, string path)
    {
        using var file = File.OpenRead(path);
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, file.Length);
        hash.AppendData(length);

        byte[] piece = new byte[PieceBytes];
        long last = Math.Max(0, file.Length - PieceBytes);
        for (int i = 0; i < Pieces; i++)
        {
            file.Position = i == Pieces - 1 ? last : last / (Pieces - 1) * i;
            hash.AppendData(piece, 0, file.ReadAtLeast(piece, PieceBytes, throwOnEndOfStream: false));
        }
    }
}
