using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;

namespace Pipeline.EndToEnd.Tests;

/// <summary>What <c>./run demo</c> shows, made by a default installation, whose model cannot write.</summary>
public sealed class DemoTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task The_nights_report_says_in_words_what_its_figures_say()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        settings.Remove("Kinds:AllowSmallWriter");
        await using var host = await RoleProcess.StartReadyAsync("AllInOne", settings);

        var report = await FillAsync(host.Address);

        using HttpClient http = new() { BaseAddress = host.Address };
        var made = await http.GetFromJsonAsync<JsonElement>(report, TestContext.Current.CancellationToken);
        var summary = made.GetProperty("summary");
        summary.GetProperty("by").GetString().ShouldBe("rule");
        var words = summary.GetProperty("text").GetString()!;
        words.ShouldStartWith("작업 254건을 접수했습니다. 지난 7일의 하루 평균(68건)보다 186건 늘었습니다. 이 가운데 249건(98%)이 성공했고 5건이 실패했습니다.");
        words.ShouldContain("실패한 작업은 모두");
        words.ShouldContain("지난 7일에는 실패한 작업이 없었습니다.");
        words.ShouldContain("분석한 글 240편에서는");
        made.GetProperty("figures").GetProperty("jobs").GetInt32().ShouldBe(254);
        (await host.StopAsync()).ShouldBe(0);
    }

    private async Task<string> FillAsync(Uri address)
    {
        ProcessStartInfo start = new(
            "dotnet", [RoleProcess.PathOf(Path.Combine("src", "Cli"), "Pipeline.Cli"), "demo", "fill", "--url", address.ToString().TrimEnd('/'), "--directory", RepositoryFiles.Path("samples")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["Postgres__ConnectionString"] = database.ConnectionString;
        using var filling = Process.Start(start)!;
        var errors = filling.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await filling.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await filling.WaitForExitAsync(TestContext.Current.CancellationToken);
        filling.ExitCode.ShouldBe(0, await errors);
        return output.Trim();
    }
}
