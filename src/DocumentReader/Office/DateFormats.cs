using System.Globalization;
using DocumentFormat.OpenXml.Spreadsheet;

namespace Pipeline.DocumentReader.Office;

/// <summary>Which styles of a workbook show a number as a date: the file itself has only the number of days.</summary>
internal sealed class DateFormats
{
    private const double DaysMax = 2_958_466; // To the end of the year 9999.

    private readonly HashSet<uint> _styles = [];

    public DateFormats(Stylesheet? sheet)
    {
        var custom = (sheet?.NumberingFormats?.Elements<NumberingFormat>() ?? [])
            .Where(format => format.NumberFormatId is not null && IsDate(format.FormatCode?.Value ?? ""))
            .Select(format => format.NumberFormatId!.Value).ToHashSet();
        foreach (var (place, format) in (sheet?.CellFormats?.Elements<CellFormat>() ?? []).Index())
        {
            if (format.NumberFormatId?.Value is { } id && (IsBuiltIn(id) || custom.Contains(id)))
            {
                _styles.Add((uint)place);
            }
        }
    }

    public bool Has(uint style) => _styles.Contains(style);

    /// <summary>Null where it is no date.</summary>
    public static string? Text(double days, bool isSince1904)
    {
        if (days is < 0 or >= DaysMax)
        {
            return null;
        }

        // Of the days of 1900 there is one that never was, the 29th of February.
        var first = isSince1904 ? new DateTime(1904, 1, 1) : new DateTime(1899, 12, days < 60 ? 31 : 30);
        var time = first.AddSeconds(Math.Round(days * 86_400));
        return days < 1 ? time.ToString("HH:mm", CultureInfo.InvariantCulture)
            : time.TimeOfDay == TimeSpan.Zero ? time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
            : time.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
    }

    /// <summary>Those without a code of their own, East Asian ones included.</summary>
    private static bool IsBuiltIn(uint id) => id is >= 14 and <= 22 or >= 27 and <= 36 or >= 45 and <= 47 or >= 50 and <= 58;

    /// <summary>Whether a code has a part of a date outside of its quoted words, colours and conditions.</summary>
    private static bool IsDate(string code)
    {
        var until = '\0';
        for (var at = 0; at < code.Length; at++)
        {
            if (until is not '\0')
            {
                until = code[at] == until ? '\0' : until;
                continue;
            }

            switch (code[at])
            {
                case '"':
                    until = '"';
                    break;
                case '[':
                    until = ']';
                    break;
                case '\\':
                    at++;
                    break;
                case 'y' or 'Y' or 'd' or 'D' or 'h' or 'H':
                    return true;
            }
        }

        return false;
    }
}
