using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Pipeline.Core.Documents;

/// <summary>Bounds of documents and how they are cut. Section <c>Documents</c>, the same for the API and the embedding workers.</summary>
public sealed class DocumentOptions
{
    public const string Section = "Documents";

    /// <summary>Largest document: bytes of its text in UTF-8, without the marks of HTML. 1 KiB to 64 MiB, default 1 MiB.</summary>
    [Range(1_024, 67_108_864)]
    public int BytesMax { get; init; } = 1_048_576;

    /// <summary>
    /// Largest file of a document, as it is sent; a file of text may have Api:BodyBytesMax, and the text of any file
    /// <see cref="BytesMax"/>. 1 KiB to 1 GiB, default 32 MiB.
    /// </summary>
    [Range(1_024, 1_073_741_824)]
    public int FileBytesMax { get; init; } = 33_554_432;

    /// <summary>Most files that one client sends at once to one API process; further ones are answered 429. 1 to 1,000, default 8.</summary>
    [Range(1, 1_000)]
    public int UploadsPerClientMax { get; init; } = 8;

    /// <summary>
    /// Most files that all clients send at once to one API process. Times <see cref="FileBytesMax"/> it bounds the disk that they
    /// take. 1 to 10,000, default 64.
    /// </summary>
    [Range(1, 10_000)]
    public int UploadsMax { get; init; } = 64;

    /// <summary>Largest metadata of a document, and largest filter of a search, in bytes. 2 to 65,536, default 4,096.</summary>
    [Range(2, 65_536)]
    public int MetadataBytesMax { get; init; } = 4_096;

    /// <summary>Most documents of one client. 1 to 10,000,000, default 100,000.</summary>
    [Range(1, 10_000_000)]
    public int PerClientMax { get; init; } = 100_000;

    /// <summary>Most documents of one client that wait for a worker; further ones are answered 429. 1 to 10,000,000, default 10,000.</summary>
    [Range(1, 10_000_000)]
    public int WaitingPerClientMax { get; init; } = 10_000;

    /// <summary>Most chunks of one document; one that has more is rejected. 1 to 100,000, default 4,096.</summary>
    [Range(1, 100_000)]
    public int ChunksMax { get; init; } = 4_096;

    /// <summary>Tokens of a chunk at most, unless the model reads fewer. 16 to 8,192, default 200.</summary>
    [Range(16, 8_192)]
    public int ChunkTokens { get; init; } = 200;

    /// <summary>Tokens that a chunk repeats of the one before, in whole sentences. 0 to 4,096 and less than half of <see cref="ChunkTokens"/>, default 40.</summary>
    [Range(0, 4_096)]
    public int OverlapTokens { get; init; } = 40;

    /// <summary>How often the API looks for documents that belong to another model than the one in use. 1 s to 1 day, default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan ReembedInterval { get; init; } = TimeSpan.FromSeconds(10);
}

[OptionsValidator]
internal sealed partial class DocumentOptionsValidator : IValidateOptions<DocumentOptions>;

/// <summary>What attributes cannot say.</summary>
internal sealed class DocumentOptionsRules : IValidateOptions<DocumentOptions>
{
    public ValidateOptionsResult Validate(string? name, DocumentOptions options) => options.OverlapTokens * 2 < options.ChunkTokens
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail(
            $"OverlapTokens is {options.OverlapTokens}, not less than half of ChunkTokens ({options.ChunkTokens}): lower it, or raise ChunkTokens.");
}
