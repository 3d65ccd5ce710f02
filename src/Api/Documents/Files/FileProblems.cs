using System.Globalization;
using Microsoft.Extensions.Options;
using Pipeline.Api.Problems;
using Pipeline.Core.Documents;
using Pipeline.DocumentReader;

namespace Pipeline.Api.Documents.Files;

/// <summary>Why a file has no text, for people in words and for programs as a reason.</summary>
internal sealed class FileProblems(IOptions<ApiOptions> api, IOptions<DocumentOptions> documents, IOptions<ReaderProcessOptions> process)
{
    public Problem Of(ReadingEnd end) => end switch
    {
        ReadingEnd.Encrypted => Unreadable("encrypted", "is encrypted: remove its password."),
        ReadingEnd.Damaged => Unreadable("damaged", "is damaged: open it with the program that it was made with, and save it again."),
        ReadingEnd.ImageOnly => Unreadable("image-only", "has only images, of which no text is made: send a file with text, for example after recognition of characters (OCR)."),
        ReadingEnd.Empty => Unreadable("empty", "has no text."),
        ReadingEnd.TooLarge => Unreadable("too-large", string.Create(
            CultureInfo.InvariantCulture,
            $"needs more than is given to a file: {process.Value.UnpackedBytesMax} bytes unpacked (Documents:ReaderProcess:UnpackedBytesMax), or {process.Value.MemoryMegabytesMax} MiB of memory (Documents:ReaderProcess:MemoryMegabytesMax). Split it.")),
        ReadingEnd.TooLong => Unreadable("too-long", $"has more than {documents.Value.BytesMax} bytes of text (Documents:BytesMax). Split it."),
        _ => Unreadable("unsupported", "is of a format that is not read: send PDF, docx, pptx, xlsx, HTML, Markdown, CSV or text. Save older Office files as one of these."),
    };

    public Problem Late() => Unreadable(
        "timeout", $"could not be read within {process.Value.Timeout.TotalSeconds:0.#} s (Documents:ReaderProcess:Timeout). Split it, or save it again with another program.");

    public static Problem Died() => Unreadable("reader-ended", "could not be read: what it holds ended the process that reads it. Save it again with another program.");

    public Problem LongText(long bytes) => Unreadable("too-long", string.Create(
        CultureInfo.InvariantCulture,
        $"has {bytes} bytes; at most {api.Value.BodyBytesMax} of a text are read (Api:BodyBytesMax). Split it."));

    private static Problem Unreadable(string reason, string message)
    {
        InputErrors errors = new();
        errors.Add(UploadReader.File, message);
        return errors.ToProblem(ProblemType.DocumentUnreadable, reason);
    }
}
