using System.ComponentModel;
using Pipeline.Core.Files;

namespace Pipeline.Api.OpenAi.Files;

/// <summary>A file as OpenAI's clients read it.</summary>
internal sealed record FileResource
{
    [Description("file- and a UUIDv7.")]
    public required string Id { get; init; }

    public string Object { get; } = "file";

    public required long Bytes { get; init; }

    [Description("Unix time in seconds, as all times below /v1.")]
    public required long CreatedAt { get; init; }

    [Description("From then on the file is gone.")]
    public required long ExpiresAt { get; init; }

    public required string Filename { get; init; }

    [Description("batch, batch_output, or what its client sent.")]
    public required string Purpose { get; init; }

    [Description("processed: a file is there when it is whole.")]
    public string Status { get; } = "processed";

    public static FileResource Of(StoredFile file) => new()
    {
        Id = OpenAiIds.Of(OpenAiIds.File, file.Id),
        Bytes = file.Bytes,
        CreatedAt = file.CreatedAt.ToUnixTimeSeconds(),
        ExpiresAt = file.ExpiresAt.ToUnixTimeSeconds(),
        Filename = file.Filename,
        Purpose = file.Purpose,
    };
}

/// <param name="Data">Newest first, unless the query says otherwise.</param>
internal sealed record FilePage(IReadOnlyList<FileResource> Data, string? FirstId, string? LastId, bool HasMore)
{
    public string Object { get; } = "list";

    public static FilePage Of(IReadOnlyList<StoredFile> found, int limit)
    {
        List<FileResource> page = [.. found.Take(limit).Select(FileResource.Of)];
        return new(page, page.FirstOrDefault()?.Id, page.LastOrDefault()?.Id, found.Count > limit);
    }
}

internal sealed record FileDeleted(string Id)
{
    public string Object { get; } = "file";

    public bool Deleted { get; } = true;
}

/// <summary>The fields of an upload, for readers of the document; <see cref="FileUploads"/> reads them.</summary>
internal sealed record FileForm
{
    [Description("The file.")]
    public required IFormFile File { get; init; }

    [Description("batch for lines that a batch is made of; assistants, fine-tune, vision, user_data and evals are kept and given back.")]
    public required string Purpose { get; init; }
}
