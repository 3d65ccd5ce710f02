using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Bench.Jobs.Sides;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Jobs.Measures;

/// <summary>Jobs that a server accepts while no worker runs, as wrk counts them.</summary>
internal sealed partial class Intake(string name, Uri address, string body, Results results, Sizes sizes, Stage stage) : IMeasure
{
    public string Name => name;

    public string Unit => "jobs/s";

    public Task WarmUpAsync(CancellationToken cancellationToken) => MeasureAsync(cancellationToken);

    public async Task<Sample> MeasureAsync(CancellationToken cancellationToken)
    {
        await results.ClearAsync(cancellationToken);
        BusyClock clock = new(stage.Time);
        string output = await Tool.OutputAsync(
            Path.Combine(stage.Root, "bench", "Jobs"), "On Debian: sudo apt-get install wrk.",
            ["wrk", "--threads", "1", "--connections", $"{Sizes.Connections}", "--duration", $"{sizes.IntakeSeconds}s", "--timeout", "10s",
                "--script", "post.lua", address.ToString(), "--", body],
            cancellationToken);
        if (Trouble().Match(output) is { Success: true } trouble)
        {
            throw new BenchException($"{address} did not accept everything: {trouble.Value.Trim()}. Its log is under .local/bench/logs.");
        }

        return new(double.Parse(PerSecond().Match(output).Groups[1].ValueSpan, CultureInfo.InvariantCulture), clock.Cores);
    }

    [GeneratedRegex(@"^Requests/sec:\s+([\d.]+)", RegexOptions.Multiline)]
    private static partial Regex PerSecond();

    [GeneratedRegex(@"^\s*(Non-2xx|Socket errors).*$", RegexOptions.Multiline)]
    private static partial Regex Trouble();
}
