using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pipeline.Core.Files;

/// <summary>Bounds of the files of clients. Section <c>Files</c>.</summary>
public sealed class StoredFileOptions
{
    public const string Section = "Files";

    /// <summary>Largest file, in bytes. 1 KiB to 16 GiB, default 512 MiB.</summary>
    [Range(1_024, 17_179_869_184)]
    public long BytesMax { get; init; } = 512L * 1_024 * 1_024;

    /// <summary>Bytes of all files of one client, output of batches not counted. 1 KiB to 1 PiB, default 10 GiB.</summary>
    [Range(1_024, 1_125_899_906_842_624)]
    public long ClientBytesMax { get; init; } = 10L * 1_024 * 1_024 * 1_024;

    /// <summary>Most files of one client, output of batches not counted. 1 to 1,000,000, default 10,000.</summary>
    [Range(1, 1_000_000)]
    public int PerClientMax { get; init; } = 10_000;

    /// <summary>How long a file is kept that names no shorter time. 1 h to 10 years, default 30 days.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00")]
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromDays(30);
}

[OptionsValidator]
internal sealed partial class StoredFileOptionsValidator : IValidateOptions<StoredFileOptions>;
