using System.Text;
using Pipeline.DocumentReader;

namespace Pipeline.Api.Documents.Files;

/// <summary>Rows of values between commas, semicolons, tabs or bars, with quotes as RFC 4180 has them; each becomes a line behind the names of its columns.</summary>
internal static class CsvText
{
    private const int ColumnsMax = 16_384;
    private const int RowsBetweenChecks = 1_024;

    /// <summary>The rows as text, or what is wrong with them.</summary>
    public static (string Text, string? Problem) Read(string csv, int bytesMax, CancellationToken cancellationToken)
    {
        BoundedText text = new(bytesMax);
        TableRows rows = new(text);
        var separator = Separator(csv);
        List<(int, string)> row = [];
        StringBuilder value = new();
        var at = 0;
        try
        {
            for (var count = 0; at < csv.Length; count++)
            {
                if (count % RowsBetweenChecks is 0)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }

                row.Clear();
                at = ReadRow(csv, at, separator, row, value);
                if (row.Count > ColumnsMax)
                {
                    return ("", $"has more than {ColumnsMax} columns.");
                }

                rows.Add(row);
            }
        }
        catch (UnreadableFileException)
        {
            return ("", "has more text than Documents:BytesMax allows, the names of the columns in every row included. Split the document.");
        }

        return (text.ToString(), null);
    }

    /// <summary>Where the next row begins.</summary>
    private static int ReadRow(string csv, int at, char separator, List<(int, string)> row, StringBuilder value)
    {
        while (true)
        {
            at = ReadValue(csv, at, separator, value);
            row.Add((row.Count, value.ToString()));
            if (at >= csv.Length)
            {
                return at;
            }

            if (csv[at] == separator)
            {
                at++;
                continue;
            }

            return csv[at] is '\r' && at + 1 < csv.Length && csv[at + 1] is '\n' ? at + 2 : at + 1;
        }
    }

    /// <summary>Where it ended: at a separator, a line end or the end.</summary>
    private static int ReadValue(string csv, int at, char separator, StringBuilder value)
    {
        value.Clear();
        var isQuoted = at < csv.Length && csv[at] is '"';
        at += isQuoted ? 1 : 0;
        for (; at < csv.Length; at++)
        {
            if (isQuoted && csv[at] is '"')
            {
                if (at + 1 < csv.Length && csv[at + 1] is '"')
                {
                    at++;
                }
                else
                {
                    isQuoted = false;
                    continue;
                }
            }
            else if (!isQuoted && (csv[at] == separator || csv[at] is '\r' or '\n'))
            {
                return at;
            }

            value.Append(csv[at]);
        }

        return at;
    }

    /// <summary>The one that stands most often in the first line.</summary>
    private static char Separator(string csv)
    {
        var end = csv.AsSpan().IndexOfAny('\r', '\n');
        var line = end < 0 ? csv : csv[..end];
        return ",;\t|".MaxBy(candidate => line.Count(c => c == candidate));
    }
}
