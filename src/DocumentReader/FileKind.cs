using System.Text;

namespace Pipeline.DocumentReader;

/// <summary>What the first bytes of a file say that it is.</summary>
internal enum FileKind
{
    /// <summary>Text, or nothing that is known.</summary>
    Other,
    Pdf,
    Zip,

    /// <summary>Office files before 2007, and newer ones with a password.</summary>
    CompoundFile,

    /// <summary>Images, sound and programs, by their first bytes: no text, whatever else they have.</summary>
    Binary,
}

internal static class FileKinds
{
    private static readonly byte[][] BinaryMarks =
        [[0x89, (byte)'P', (byte)'N', (byte)'G'], [0xFF, 0xD8, 0xFF], "GIF8"u8.ToArray(), [0x1F, 0x8B], [(byte)'7', (byte)'z', 0xBC, 0xAF], "Rar!"u8.ToArray(), [0x7F, (byte)'E', (byte)'L', (byte)'F'], "RIFF"u8.ToArray()];

    /// <summary>A byte order mark and white space, which some programs write first.</summary>
    private static ReadOnlySpan<byte> LeadingBytes => [0xEF, 0xBB, 0xBF, (byte)' ', (byte)'\r', (byte)'\n', (byte)'\t'];

    public static FileKind Of(ReadOnlySpan<byte> file) => file switch
    {
        [(byte)'P', (byte)'K', 3, 4, ..] or [(byte)'P', (byte)'K', 5, 6, ..] => FileKind.Zip,
        [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, ..] => FileKind.CompoundFile,
        _ when file.TrimStart(LeadingBytes).StartsWith("%PDF-"u8) => FileKind.Pdf,
        _ => IsBinary(file) ? FileKind.Binary : FileKind.Other,
    };

    /// <summary>Whether a compound file holds an encrypted newer one: the name stands in its directory.</summary>
    public static bool IsEncryptedPackage(ReadOnlySpan<byte> file) => file.IndexOf(Encoding.Unicode.GetBytes("EncryptedPackage")) >= 0;

    private static bool IsBinary(ReadOnlySpan<byte> file)
    {
        foreach (var mark in BinaryMarks)
        {
            if (file.StartsWith(mark))
            {
                return true;
            }
        }

        return false;
    }
}
