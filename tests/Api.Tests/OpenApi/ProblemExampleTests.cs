using System.Text;
using System.Text.RegularExpressions;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Api.Tests.Hosting;
using Pipeline.Core.Clients;
using Pipeline.Core.Intake;
using Pipeline.Core.Limits;

namespace Pipeline.Api.Tests.OpenApi;

/// <summary>What the document shows of a problem is what the API sends, but for ids, numbers and names.</summary>
public sealed partial class ProblemExampleTests(LocalApi api)
{
    private const string Nobody = "019a9c1e-7f00-7000-8000-0000000000ff";

    [Theory]
    [InlineData("invalid-input", "POST", "/api/emotion", """{"texts":["a","b","c"," "]}""")]
    [InlineData("not-json", "POST", "/api/emotion", """{"text":}""")]
    [InlineData("job-not-found", "GET", "/api/jobs/" + Nobody, null)]
    [InlineData("batch-not-found", "GET", "/api/batches/" + Nobody, null)]
    [InlineData("conversation-not-found", "GET", "/api/interviews/" + Nobody, null)]
    [InlineData("document-not-found", "GET", "/api/documents/" + Nobody, null)]
    [InlineData("prompt-not-found", "GET", "/api/prompts/" + Nobody, null)]
    [InlineData("delivery-not-found", "GET", "/api/webhooks/deliveries/" + Nobody, null)]
    [InlineData("secret-not-found", "DELETE", "/api/webhooks/secrets/" + Nobody, null)]
    [InlineData("activity-report-not-found", "GET", "/api/activity/" + Nobody, null)]
    [InlineData("schedule-not-found", "POST", "/api/schedules/nightly/run", null)]
    public async Task What_a_request_meets_is_what_the_document_shows(string type, string method, string path, string? body)
    {
        var answer = await api.Client.SendAsync(HttpMethod.Parse(method), path, body is null ? null : ApiClient.Json(Encoding.UTF8.GetBytes(body)));

        Check(type, answer.Json.GetProperty("detail").GetString()!);
    }

    [Fact]
    public async Task A_body_of_another_type_is_told_as_documented()
    {
        var answer = await api.Client.SendAsync(HttpMethod.Post, "/api/emotion", new StringContent("joy", Encoding.UTF8, "text/plain"));

        Check("unsupported-media-type", answer.Json.GetProperty("detail").GetString()!.Replace("; charset=utf-8", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_told_as_documented()
    {
        var answer = await api.Client.SendAsync(HttpMethod.Post, "/api/emotion", ApiClient.Json(new byte[10 * 1_024 * 1_024]));

        Check("body-too-large", answer.Json.GetProperty("detail").GetString()!);
    }

    [Fact]
    public async Task A_model_that_is_not_there_is_told_as_documented()
    {
        var answer = await api.Client.PostAsync("/v1/chat/completions", """{"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}]}""");

        Check("model-not-found", answer.Json.GetProperty("error").GetProperty("message").GetString()!);
    }

    [Fact]
    public async Task A_job_that_has_ended_is_told_as_documented()
    {
        var job = await api.Client.PostAsync("/api/emotion", """{"text":"joy 0.9"}""", ("Prefer", "wait=30"));

        Check("job-state", (await api.Client.DeleteAsync($"/api/jobs/{job.Id}?erase=false")).Json.GetProperty("detail").GetString()!);
    }

    [Fact]
    public void Refusals_of_the_intake_are_told_as_documented()
    {
        Check("idempotency-key-reused", SubmissionProblems.Of(new SubmissionReply.KeyReused(), Client.Local, "order-17").Detail);
        Check("queue-full", SubmissionProblems.Of(new SubmissionReply.QueueFull("emotion", 100_000, 100_000, TimeSpan.FromSeconds(1)), Client.Local, null).Detail);
        Check("limit-reached", SubmissionProblems.Of(new SubmissionReply.LimitReached(new(LimitName.TokensPerDay, 1, 2, 3, TimeSpan.Zero)), Client.Local with { Name = "web" }, null).Detail);
    }

    private static void Check(string type, string detail) =>
        Kind(detail).ShouldBe(Kind(ProblemExamples.Of(ProblemType.All.Single(one => one.Name == type))["detail"]!.GetValue<string>()));

    /// <summary>The text without what differs from one request to the next.</summary>
    private static string Kind(string detail) => Varying().Replace(detail, "…");

    [GeneratedRegex(@"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+")]
    private static partial Regex Varying();
}
