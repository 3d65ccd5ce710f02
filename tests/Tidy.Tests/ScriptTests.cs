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

    [Theory]
    [InlineData("keys list")]
    [InlineData("encryption status")]
    [InlineData("migrate")]
    [InlineData("database grant")]
    public void What_works_on_the_database_takes_the_one_that_the_environment_names(string command)
    {
        var copy = Directory.CreateTempSubdirectory();
        foreach (var file in Checkout.Files.Where(file => file is "run" || file.StartsWith("eng/lib/", StringComparison.Ordinal)))
        {
            Write(file, Checkout.Read(file));
        }

        // In the place of the built command: it says what it was given.
        Write("src/Cli/bin/Release/net10.0/Pipeline.Cli.dll", "");
        File.SetUnixFileMode(Write("bin/dotnet", "#!/bin/bash\necho \"$Postgres__ConnectionString ${*:2}\"\n"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        using var bash = Process.Start(new ProcessStartInfo("bash", [Path.Combine(copy.FullName, "run"), .. command.Split(' ')])
        {
            RedirectStandardOutput = true,
            Environment =
            {
                ["PATH"] = $"{Path.Combine(copy.FullName, "bin")}:{Environment.GetEnvironmentVariable("PATH")}",
                ["Postgres__ConnectionString"] = "Host=elsewhere",
            },
        })!;

        bash.StandardOutput.ReadToEnd().ShouldBe($"Host=elsewhere {command}\n");
        bash.WaitForExit();
        copy.Delete(recursive: true);

        string Write(string file, string text)
        {
            var path = Path.Combine(copy.FullName, file);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
            return path;
        }
    }
}
