using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pipeline.Api.Documents.Files;

/// <summary>Bounds of the processes that read PDF and office files, one a file. Section <c>Documents:ReaderProcess</c>.</summary>
internal sealed class ReaderProcessOptions
{
    public const string Section = "Documents:ReaderProcess";

    /// <summary>Most of them at once in one API process; a single client never has the last one, unless there is only one. 1 to 64, default 3.</summary>
    [Range(1, 64)]
    public int CountMax { get; init; } = 3;

    /// <summary>Longest that one file is read; its process is ended then. 1 s to 10 min, default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Most memory of one process, in MiB; the file itself counts. 64 to 16,384, default 384.</summary>
    [Range(64, 16_384)]
    public int MemoryMegabytesMax { get; init; } = 384;

    /// <summary>Largest that an office file may be unpacked, in bytes. 1 MiB to 4 GiB, default 256 MiB.</summary>
    [Range(1_048_576, 4_294_967_296)]
    public long UnpackedBytesMax { get; init; } = 268_435_456;
}

[OptionsValidator]
internal sealed partial class ReaderProcessOptionsValidator : IValidateOptions<ReaderProcessOptions>;
