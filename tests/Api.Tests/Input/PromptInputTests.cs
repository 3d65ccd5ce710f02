using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pipeline.Api.Tests.Hosting;
using Pipeline.Core.Encryption;

namespace Pipeline.Api.Tests.Input;

/// <summary>How the prompts of jobs come about.</summary>
public sealed class PromptInputTests(LocalApi api)
{
    private bool IsEncrypted => api.Host.Services.GetRequiredService<Vault>().IsWriting;

    [Fact]
    public async Task Values_are_stored_as_the_messages_that_the_worker_sends()
    {
        if (IsEncrypted)
        {
            return; // Somebody runs all tests with encryption: the column says nothing.
        }

        var input = await StoredAsync(await PostAsync("feedback", """{"question":"왜?","answer":"그냥 {{criteria}}","criteria":"논리","language":"ko"}"""));

        input.ShouldContain("평가 기준: 논리");
        input.ShouldContain("그냥 {{criteria}}");
        input.ShouldContain("""prompt_source":{"name":"default","language":"ko","version":1}""");
        input.ShouldNotContain("\"question\"");
    }

    [Theory]
    [InlineData("색상은 무엇이 있나요?", "👍", "ko")]
    [InlineData("색상은 무엇이 있나요?", "Blue and red.", "en")]
    [InlineData("Which colours?", "👍", "en")]
    public async Task An_answer_without_letters_is_judged_in_the_language_of_its_question(string question, string answer, string language)
    {
        if (IsEncrypted)
        {
            return; // Somebody runs all tests with encryption: the column says nothing.
        }

        (await StoredAsync(await PostAsync("feedback", $$"""{"question":"{{question}}","answer":"{{answer}}"}""")))
            .ShouldContain($$"""prompt_source":{"name":"default","language":"{{language}}","version":1}""");
    }

    [Fact]
    public async Task The_envelope_and_batches_write_prompts_out_as_well()
    {
        if (IsEncrypted)
        {
            return; // Somebody runs all tests with encryption: the column says nothing.
        }

        var single = await api.Client.PostAsync("/api/jobs", """{"kind":"feedback","input":{"question":"why?","answer":"so"}}""");
        var batch = await api.Client.PostLinesAsync("/api/jobs/batch?kind=feedback", ["""{"question":"why?","answer":"so"}"""]);

        (await StoredAsync(single)).ShouldContain("prompt_source");
        batch.Status.ShouldBe(202);
        await using var connection = await api.Host.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync();
        (await connection.QuerySingleAsync<string>("select input::text from jobs where batch_id = @id", new { id = Guid.Parse(batch.Id) })).ShouldContain("prompt_source");
    }

    [Fact]
    public async Task A_prompt_that_does_not_exist_is_told_where_it_was_named()
    {
        (await PostAsync("feedback", """{"question":"why?","answer":"so","prompt":"absent"}""")).ShouldBlame("prompt", "is \"absent\", and feedback has no such prompt in \"en\"");
        (await api.Client.PostAsync("/api/jobs", """{"kind":"feedback","input":{"question":"why?","answer":"so","prompt":"absent"}}""")).ShouldBlame("input.prompt", "has no such prompt");
        (await api.Client.PostLinesAsync("/api/jobs/batch?kind=chat", ["""{"messages":[{"role":"user","content":"a"}],"prompt":"absent"}"""])).ShouldBlame("items[0].prompt", "has no such prompt");
    }

    [Fact]
    public async Task A_repeat_is_a_repeat_and_another_answer_is_not()
    {
        var key = Guid.CreateVersion7().ToString();
        var first = await PostAsync("feedback", """{"question":"why?","answer":"so"}""", ("Idempotency-Key", key));

        (await PostAsync("feedback", """{ "answer":"so", "question":"why?" }""", ("Idempotency-Key", key))).Id.ShouldBe(first.Id);
        (await PostAsync("feedback", """{"question":"why?","answer":"no"}""", ("Idempotency-Key", key))).ShouldBeProblem(422, "idempotency-key-reused");
    }

    [Theory]
    [InlineData("feedback", "{}", "user_prompt", "is required: send it with or without system_prompt, or question and answer, or messages")]
    [InlineData("feedback", """{"question":"q"}""", "answer", "is required")]
    [InlineData("feedback", """{"question":"q","answer":"a","user_prompt":"p"}""", "user_prompt", "is one of several prompts")]
    [InlineData("feedback", """{"question":"q","answer":"a","language":"fr"}""", "language", "send \"ko\" or \"en\"")]
    [InlineData("interview/step", """{"topic":"t","phase":"p","history":[{"question":"q","answer":""}]}""", "history[0].answer", "is empty")]
    [InlineData("interview/step", """{"topic":"t","phase":"p","judges":false}""", "judges", "is written by the API")]
    [InlineData("report", """{"items":[]}""", "items", "is empty")]
    [InlineData("report", """{"items":[{"question":"q"}]}""", "items[0].answer", "is required")]
    [InlineData("report", """{"interview_id":"x"}""", "interview_id", "not a UUID")]
    [InlineData("report", """{"interview_id":"019a9c1e-7f00-7000-8000-000000000000"}""", "interview_id", "there is no such interview")]
    [InlineData("report", """{"interview_id":"019a9c1e-7f00-7000-8000-000000000000","items":[]}""", "items", "is not a known field")]
    public async Task A_wrong_body_is_refused(string path, string body, string field, string message) => (await PostAsync(path, body)).ShouldBlame(field, message);

    private Task<Answer> PostAsync(string path, string body, params (string, string)[] headers) => api.Client.PostAsync($"/api/{path}", body, headers);

    private async Task<string> StoredAsync(Answer answer)
    {
        answer.Status.ShouldBe(202, answer.Json.ToString());
        await using var connection = await api.Host.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync();
        return await connection.QuerySingleAsync<string>("select input::text from jobs where id = @id", new { id = Guid.Parse(answer.Id) });
    }
}
