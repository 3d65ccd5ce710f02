using System.Globalization;
using System.Text;
using Pipeline.Confined;
using Pipeline.DocumentReader.Office;

namespace Pipeline.DocumentReader;

/// <summary>One file from standard input to its text on standard output: the title on the first line, then the text.</summary>
internal static class Reading
{
    public static int Run(string[] args, Stream input, Stream output)
    {
        if (args.Length is not 3)
        {
            Console.Error.WriteLine("Pipeline's API starts this to read one file. Arguments: bytes of text, bytes unpacked, seconds of CPU.");
            return 1;
        }

        Confinement.Apply(ulong.Parse(args[2], CultureInfo.InvariantCulture));
        return (int)Read(
            input, output, int.Parse(args[0], CultureInfo.InvariantCulture), long.Parse(args[1], CultureInfo.InvariantCulture));
    }

    private static ReadingEnd Read(Stream input, Stream output, int textBytesMax, long unpackedBytesMax)
    {
        try
        {
            using MemoryStream file = new();
            input.CopyTo(file);
            BoundedText text = new(textBytesMax);
            var bytes = file.GetBuffer().AsMemory(0, (int)file.Length);
            var (format, title) = FileKinds.Of(bytes.Span) is FileKind.Zip
                ? OfficeText.Read(file, unpackedBytesMax, text)
                : (FileFormat.Pdf, PdfText.Read(bytes, text));
            output.Write(Encoding.UTF8.GetBytes($"{format} {OneLine(title)}\n"));
            output.Write(Encoding.UTF8.GetBytes(text.ToString()));
            return ReadingEnd.Text;
        }
        catch (UnreadableFileException unreadable)
        {
            return unreadable.End;
        }
        catch (OutOfMemoryException)
        {
            return ReadingEnd.TooLarge;
        }
        catch (Exception)
        {
            // Whatever a parser throws over a file that comes from anybody says that it cannot be read.
            return ReadingEnd.Damaged;
        }
    }

    private static string OneLine(string? title) => title is null ? "" : new string([.. title.Select(c => char.IsControl(c) ? ' ' : c)]).Trim();
}
