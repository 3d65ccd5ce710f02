using System.Buffers;
using Microsoft.Extensions.Options;
using Pipeline.Api.Problems;
using Pipeline.Contracts.Unicode;
using Pipeline.DocumentReader;

namespace Pipeline.Api.Documents.Files;

/// <summary>
/// Makes text of a file. Texts are read here, in time and memory that grow with their length alone; whatever needs a parser that
/// cannot promise that is read by <see cref="ReaderProcess"/>.
/// </summary>
internal sealed class FileReader(ReaderProcess process, ReaderTurns turns, IOptions<ApiOptions> api, FileProblems problems)
{
    private const int HeadBytes = 4_096;

    public async Task<(FileText? Text, Problem? Problem)> ReadAsync(Guid clientId, UploadFile file, FileLabel label, CancellationToken cancellationToken)
    {
        var head = await file.HeadAsync(HeadBytes, cancellationToken);
        switch (FileKinds.Of(head))
        {
            case FileKind.Pdf or FileKind.Zip:
                return await ReadApartAsync(clientId, file, label, cancellationToken);
            case FileKind.CompoundFile:
                return (null, problems.Of(await IsEncryptedPackageAsync(file, cancellationToken) ? ReadingEnd.Encrypted : ReadingEnd.Unsupported));
            case FileKind.Binary:
                return (null, problems.Of(ReadingEnd.Unsupported));
            case var _ when IsSaidToBePdf(label):
                return await ReadApartAsync(clientId, file, label, cancellationToken);
            case var _ when DocumentFormat.IsPacked(label.Format):
                return (null, problems.Of(ReadingEnd.Damaged));
        }

        if (file.Bytes > api.Value.BodyBytesMax)
        {
            return (null, problems.LongText(file.Bytes));
        }

        var bytes = new byte[(int)file.Bytes];
        await file.Read().ReadExactlyAsync(bytes, cancellationToken);
        var format = label.TextFormat;
        var isPage = format is DocumentFormat.Html || (format is null && LooksLikePage(bytes));
        return Charsets.Decode(bytes, label.Charset, isPage) is { } text
            ? (new(text, isPage ? DocumentFormat.Html : format ?? DocumentFormat.Text, label.Title, IsRaw: true), null)
            : (null, problems.Of(ReadingEnd.Unsupported));
    }

    private async Task<(FileText? Text, Problem? Problem)> ReadApartAsync(Guid clientId, UploadFile file, FileLabel label, CancellationToken cancellationToken)
    {
        var reading = await turns.UseAsync(clientId, () => process.ReadAsync(file.Read(), cancellationToken), cancellationToken);
        if (reading.End is not ReadingEnd.Text)
        {
            return (null, reading.IsLate ? problems.Late() : reading.End is { } end ? problems.Of(end) : FileProblems.Died());
        }

        return label.Format is { } format && format != reading.Format
            ? (null, Problem.Of(ProblemType.InvalidInput, "format", $"is \"{format}\", and the file is {reading.Format}: leave it out, or send that."))
            : (new(reading.Text, reading.Format, VisibleText.IsBlank(reading.Title) ? label.Title : reading.Title, IsRaw: false), null);
    }

    private static bool IsSaidToBePdf(FileLabel label) =>
        label.Format is FileFormat.Pdf || (label.Format is null && FileTypes.Pdf.Equals(label.MediaType, StringComparison.OrdinalIgnoreCase));

    private static bool LooksLikePage(ReadOnlySpan<byte> bytes)
    {
        var start = System.Text.Encoding.ASCII.GetString(bytes[..Math.Min(bytes.Length, 256)]).TrimStart('?', ' ', '\t', '\r', '\n');
        return start.StartsWith("<!doctype html", StringComparison.OrdinalIgnoreCase) || start.StartsWith("<html", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The directory of such a file may stand anywhere in it.</summary>
    private static async Task<bool> IsEncryptedPackageAsync(UploadFile file, CancellationToken cancellationToken)
    {
        const int Kept = 64; // Longer than what is looked for, which may stand across two chunks.
        var buffer = ArrayPool<byte>.Shared.Rent(64 * 1_024);
        try
        {
            var source = file.Read();
            int read, kept = 0;
            while ((read = await source.ReadAsync(buffer.AsMemory(kept), cancellationToken)) > 0)
            {
                if (FileKinds.IsEncryptedPackage(buffer.AsSpan(0, kept + read)))
                {
                    return true;
                }

                var end = kept + read;
                kept = Math.Min(Kept, end);
                buffer.AsSpan(end - kept, kept).CopyTo(buffer);
            }

            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

/// <summary>What stands in a file.</summary>
/// <param name="Title">Its own, else its name; null where it has neither.</param>
/// <param name="IsRaw">Whether it is still in the notation of its format, as the text of a JSON body is.</param>
internal sealed record FileText(string Text, string Format, string? Title, bool IsRaw);
