using System.Text.RegularExpressions;

namespace Pipeline.Tidy.Tests;

public sealed partial class SourceTests
{
    private const int LinesMax = 400;
    private const int LinesP90Max = 200;
    private const int LinesMedianMax = 60;

    private static readonly string[] VagueNames = ["Manager", "Helper", "Helpers", "Util", "Utils", "Base", "Impl", "Misc", "Common"];

    [Fact]
    public void No_source_file_is_too_long() =>
        Checkout.Sources.Where(file => Checkout.ReadLines(file).Length > LinesMax).ShouldBeEmpty();

    [Fact]
    public void Most_source_files_are_short()
    {
        int[] lengths = [.. Checkout.Sources.Where(IsProduct).Select(file => Checkout.ReadLines(file).Length).Order()];

        lengths[lengths.Length / 2].ShouldBeLessThanOrEqualTo(LinesMedianMax);
        lengths[lengths.Length * 9 / 10].ShouldBeLessThanOrEqualTo(LinesP90Max);
    }

    [Fact]
    public void Names_say_what_a_type_does() =>
        Checkout.Sources
            .Where(file => VagueNames.Any(name => Path.GetFileNameWithoutExtension(file).EndsWith(name, StringComparison.Ordinal)))
            .ShouldBeEmpty();

    [Fact]
    public void Nothing_is_left_for_later() =>
        Matches(file => true, LaterMark()).ShouldBeEmpty();

    [Fact]
    public void Tests_wait_on_signals_and_never_sleep() =>
        Matches(file => file.StartsWith("tests/", StringComparison.Ordinal), Sleep()).ShouldBeEmpty();

    [Fact]
    public void No_test_is_skipped() =>
        Matches(file => file.StartsWith("tests/", StringComparison.Ordinal), Skip()).ShouldBeEmpty();

    [Fact]
    public void Log_events_have_ids_of_their_own()
    {
        var ids = Checkout.Sources.Where(IsProduct)
            .SelectMany(file => LogMessage().Matches(Checkout.Read(file)).Select(match => (Id: match.Groups[1].Value, file)))
            .GroupBy(use => use.Id)
            .Where(uses => uses.Count() > 1)
            .Select(uses => $"{uses.Key}: {string.Join(", ", uses.Select(use => use.file))}");

        ids.ShouldBeEmpty();
    }

    [Fact]
    public void Only_log_messages_log() =>
        Matches(IsProduct, DirectLog()).ShouldBeEmpty();

    private static bool IsProduct(string file) => file.StartsWith("src/", StringComparison.Ordinal);

    private static IEnumerable<string> Matches(Func<string, bool> files, Regex pattern) =>
        from file in Checkout.Sources.Where(files).Where(file => !file.EndsWith("SourceTests.cs", StringComparison.Ordinal))
        from line in Checkout.ReadLines(file).Select((text, index) => (text, number: index + 1))
        where pattern.IsMatch(line.text)
        select $"{file}:{line.number}: {line.text.Trim()}";

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|XXX)\b|NotImplementedException")]
    private static partial Regex LaterMark();

    // Infinite delays are how a test waits for a cancellation.
    [GeneratedRegex(@"Thread\.Sleep|Task\.Delay\((?!Timeout\.InfiniteTimeSpan)")]
    private static partial Regex Sleep();

    [GeneratedRegex(@"Skip\s*=\s*""|SkipUnless|SkipWhen|Assert\.Skip")]
    private static partial Regex Skip();

    [GeneratedRegex(@"\[LoggerMessage\((\d+)")]
    private static partial Regex LogMessage();

    [GeneratedRegex(@"\.Log(Trace|Debug|Information|Warning|Error|Critical)\(|Console\.WriteLine\(\$?""")]
    private static partial Regex DirectLog();
}
