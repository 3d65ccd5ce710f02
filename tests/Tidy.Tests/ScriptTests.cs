using System.Diagnostics;
using System.Runtime.Versioning;

namespace Pipeline.Tidy.Tests;

[UnsupportedOSPlatform("windows")]
public sealed class ScriptTests
{
    public static TheoryData<string> Scripts() =>
        [.. Checkout.Files.Where(file => Checkout.ReadLines(file) is [var first, ..] && first.StartsWith("#!", StringComparison.Ordinal) && first.Contains("bash", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Scripts))]
    public void Scripts_parse_stop_at_errors_and_can_be_run(string script)
    {
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-n", Path.Combine(Checkout.Root, script)]))!;
        bash.WaitForExit();

        bash.ExitCode.ShouldBe(0);
        File.GetUnixFileMode(Path.Combine(Checkout.Root, script)).HasFlag(UnixFileMode.UserExecute).ShouldBeTrue();
        if (!script.StartsWith("eng/lib/", StringComparison.Ordinal))
        {
            Checkout.Read(script).ShouldContain("set -eu");
        }
    }
}
