using System.Globalization;
using System.Text;

namespace Pipeline.Inference.Prompts.Jinja.Library;

/// <summary>strftime_now: the local time by Python's codes, in English.</summary>
internal static class Dates
{
    public static string Format(DateTimeOffset time, string pattern)
    {
        StringBuilder text = new();
        for (int i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] != '%' || i + 1 == pattern.Length)
            {
                text.Append(pattern[i]);
                continue;
            }

            bool isBare = pattern[++i] == '-' && i + 1 < pattern.Length; // %-d is a day without its zero.
            string part = Part(time, isBare ? pattern[++i] : pattern[i]);
            text.Append(isBare && part.Length > 1 ? part.TrimStart('0') is { Length: > 0 } bare ? bare : "0" : part);
        }

        return text.ToString();
    }

    private static string Part(DateTimeOffset time, char code) => code switch
    {
        'c' => time.ToString("ddd MMM d HH:mm:ss yyyy", CultureInfo.InvariantCulture),
        'D' or 'x' => time.ToString("MM/dd/yy", CultureInfo.InvariantCulture),
        'e' => time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
        'j' => time.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
        'n' => "\n",
        's' => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        'u' => ((((int)time.DayOfWeek + 6) % 7) + 1).ToString(CultureInfo.InvariantCulture),
        'w' => ((int)time.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        'z' or 'Z' => "", // As of a time that does not know its zone.
        '%' => "%",
        _ => Pattern(code) is { } pattern ? time.ToString(pattern, CultureInfo.InvariantCulture) : throw new JinjaException($"strftime_now does not know %{code}"),
    };

    private static string? Pattern(char code) => code switch
    {
        'a' => "ddd",
        'A' => "dddd",
        'b' or 'h' => "MMM",
        'B' => "MMMM",
        'd' => "dd",
        'f' => "ffffff",
        'F' => "yyyy-MM-dd",
        'H' => "HH",
        'I' => "hh",
        'm' => "MM",
        'M' => "mm",
        'p' => "tt",
        'R' => "HH:mm",
        'S' => "ss",
        'T' or 'X' => "HH:mm:ss",
        'y' => "yy",
        'Y' => "yyyy",
        _ => null,
    };
}
