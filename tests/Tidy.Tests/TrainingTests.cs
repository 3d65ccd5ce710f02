using System.Diagnostics;

namespace Pipeline.Tidy.Tests;

/// <summary>The tests of the code that trains the models: among others that no template of the held-out sets is trained on.</summary>
public sealed class TrainingTests
{
    [Fact]
    public async Task The_training_codes_own_tests_pass()
    {
        var python = Array.Find(["/usr/bin/python3", "/usr/local/bin/python3"], File.Exists);
        if (python is null)
        {
            TestContext.Current.AddWarning("Not tested: there is no python3.");
            return;
        }

        ProcessStartInfo start = new(python, ["-B", "-m", "unittest", "discover", "-s", "tests"])
        {
            WorkingDirectory = Path.Combine(Checkout.Root, "models", "train"),
            RedirectStandardError = true,
        };
        using var tests = Process.Start(start)!;
        var report = await tests.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await tests.WaitForExitAsync(TestContext.Current.CancellationToken);

        tests.ExitCode.ShouldBe(0, report);
        report.ShouldMatch(@"Ran [1-9]\d+ tests");
    }
}
