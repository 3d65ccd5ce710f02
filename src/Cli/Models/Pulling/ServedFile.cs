using System.Net;

namespace Pipeline.Cli.Models.Pulling;

/// <summary>What a server says of a file.</summary>
/// <param name="Bytes">Of the whole file; null where it does not say.</param>
/// <param name="Sha256">Lower case; null where it does not say.</param>
/// <param name="Identity">Differs where the content differs; null where nothing tells.</param>
internal sealed record FileFacts(long? Bytes, string? Sha256, string? Identity);

/// <summary>An answer with the file, or the rest of it. The hub's own headers are on its redirect, those of the content on what that leads to.</summary>
internal sealed class ServedFile(HttpResponseMessage response, FileFacts linked) : IDisposable
{
    public HttpStatusCode Status => response.StatusCode;

    /// <summary>Where the content begins in the file.</summary>
    public long From => Status is HttpStatusCode.PartialContent ? response.Content.Headers.ContentRange?.From ?? -1 : 0;

    public FileFacts Facts { get; } = new(
        linked.Bytes ?? response.Content.Headers.ContentRange?.Length ?? (response.StatusCode is HttpStatusCode.OK ? response.Content.Headers.ContentLength : null),
        linked.Sha256 ?? Sum(response.Headers.ETag?.Tag),
        linked.Identity ?? (response.Headers.ETag is { IsWeak: false, Tag: var tag } ? tag : response.Content.Headers.LastModified?.ToString("O")));

    public Task<Stream> OpenAsync(CancellationToken cancellationToken) => response.Content.ReadAsStreamAsync(cancellationToken);

    public void Dispose() => response.Dispose();

    /// <summary>For files of that size the hub's ETag is their SHA-256.</summary>
    internal static string? Sum(string? etag) => etag?.Trim('"') is { } sum && Checksums.IsSum(sum) ? sum.ToLowerInvariant() : null;
}
