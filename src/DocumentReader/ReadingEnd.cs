namespace Pipeline.DocumentReader;

/// <summary>How the reading of a file ended: the exit code of its process.</summary>
internal enum ReadingEnd
{
    Text = 0,

    /// <summary>It needs a password.</summary>
    Encrypted = 10,

    /// <summary>It is not what its first bytes say, or a part of it is missing.</summary>
    Damaged = 11,

    /// <summary>It has pages, and nothing on them but images.</summary>
    ImageOnly = 12,

    /// <summary>It has no text, and no images either.</summary>
    Empty = 13,

    /// <summary>Unpacked it is larger than is read, or reading it took more memory than there is for it.</summary>
    TooLarge = 14,

    /// <summary>Its text is longer than a document may be.</summary>
    TooLong = 15,

    /// <summary>It is of a format that is not read.</summary>
    Unsupported = 16,
}

/// <summary>Why a file has no text.</summary>
internal sealed class UnreadableFileException(ReadingEnd end) : Exception(end.ToString())
{
    public ReadingEnd End => end;
}

/// <summary>Formats of files as they are stored with documents: never rename one.</summary>
internal static class FileFormat
{
    public const string Pdf = "pdf";
    public const string Word = "docx";
    public const string Slides = "pptx";
    public const string Sheets = "xlsx";
}
