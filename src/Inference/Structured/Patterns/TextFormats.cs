namespace Pipeline.Inference.Structured.Patterns;

/// <summary>The formats of texts that are kept, as patterns; any other is an annotation.</summary>
internal static class TextFormats
{
    private const string Date =
        @"(?:\d\d\d[1-9]|\d\d[1-9]\d|\d[1-9]\d\d|[1-9]\d{3})-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))"
        + @"|(?:\d\d(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)-02-29";

    private const string Clock = @"(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?";
    private const string Offset = @"(?:Z|[+\-](?:[01]\d|2[0-3]):[0-5]\d)";
    private const string Byte = @"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)";
    private const string Group = "[0-9A-Fa-f]{1,4}";
    private const string Path = @"(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})";
    private const string Rest = $@"(?:\?(?:{Path}|\?)*)?(?:#(?:{Path}|\?)*)?";

    private static readonly Dictionary<string, string> Patterns = new()
    {
        ["date"] = $"^(?:{Date})$",
        ["date-time"] = $"^(?:{Date})T{Clock}{Offset}$",

        // RFC 3339 demands an offset, zod forbids it and .NET's TimeOnly does not read it.
        ["time"] = $"^{Clock}{Offset}?$",
        ["email"] = @"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,24}$",
        ["uuid"] = "^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
        ["uri"] = $@"^[A-Za-z][A-Za-z0-9+.\-]*:(?://[A-Za-z0-9](?:[A-Za-z0-9.\-]*[A-Za-z0-9])?(?::\d{{1,4}})?(?:/{Path}*)?|[A-Za-z0-9]{Path}*){Rest}$",
        ["ipv4"] = $@"^{Byte}(?:\.{Byte}){{3}}$",
        ["ipv6"] = $"^(?:(?:{Group}:){{7}}{Group}|(?:{Group}:){{1,7}}:|(?:{Group}:){{1,6}}:{Group}|(?:{Group}:){{1,5}}(?::{Group}){{1,2}}|(?:{Group}:){{1,4}}(?::{Group}){{1,3}}"
            + $"|(?:{Group}:){{1,3}}(?::{Group}){{1,4}}|(?:{Group}:){{1,2}}(?::{Group}){{1,5}}|{Group}:(?::{Group}){{1,6}}|::(?:{Group}(?::{Group}){{0,6}})?)$",
    };

    // Compiled once in a process: a schema of many dates costs no more than one of many texts.
    private static readonly Dictionary<string, Lazy<TextMachine>> Machines =
        Patterns.ToDictionary(format => format.Key, format => new Lazy<TextMachine>(() => TextMachine.Compile([format.Value], _ => { })));

    public static IEnumerable<string> Names => Patterns.Keys;

    public static string? PatternOf(string format) => Patterns.GetValueOrDefault(format);

    public static TextMachine MachineOf(string format) => Machines[format].Value;
}
