using System.Net;
using System.Text;
using Pipeline.TestSupport.Pipelines;
using Pipeline.TestSupport.Processes;
using Pipeline.TestSupport.Services;

namespace Examples.ReviewAnalysis.Tests;

/// <summary>The example as a process of its own beside a pipeline with the models that ship.</summary>
public sealed class ReviewAnalysisTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reviews_are_analyzed_and_shown_once_their_webhooks_came()
    {
        var settings = await TestPipeline.SettingsAsync(database);
        settings["Webhooks:AllowPrivateTargets"] = "true";
        settings["Webhooks:AllowHttp"] = "true";
        await using var pipeline = await RoleProcess.StartReadyAsync("AllInOne", settings);
        await using var shop = RoleProcess.Start(
            Path.Combine("examples", "ReviewAnalysis"), "Examples.ReviewAnalysis", new Dictionary<string, string?> { ["Pipeline:Url"] = pipeline.Address.ToString() });
        using var http = new HttpClient { BaseAddress = shop.Address };
        await Eventually.TrueAsync(() => AnswersAsync(http));

        using var accepted = await http.PostAsync("/reviews", new StringContent("드디어 왔어요! <b>정말</b> 행복해요.", Encoding.UTF8), Cancellation);
        using var refused = await http.PostAsync("/reviews", new StringContent(" ", Encoding.UTF8), Cancellation);
        using var forged = await http.PostAsync("/hooks", new StringContent("{}"), Cancellation);

        (accepted.StatusCode, refused.StatusCode, forged.StatusCode).ShouldBe((HttpStatusCode.Accepted, HttpStatusCode.BadRequest, HttpStatusCode.BadRequest));
        await Eventually.TrueAsync(async () => !(await http.GetStringAsync(accepted.Headers.Location, Cancellation)).StartsWith('…'));
        var page = await http.GetStringAsync("/", Cancellation);
        page.ShouldContain("<td>joy</td>");
        page.ShouldContain("<li>joy: 1</li>");
        page.ShouldContain("&lt;b&gt;");
    }

    private static async Task<bool> AnswersAsync(HttpClient http)
    {
        try
        {
            using var answer = await http.GetAsync("/", Cancellation);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
