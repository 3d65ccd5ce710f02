namespace Pipeline.Api.Tests.Documents;

/// <summary>The chat model is scripted to repeat what it was told; <see cref="DocumentsApi"/> takes an evidence of 0.95 for near.</summary>
public sealed class AskTests(DocumentsApi api) : IClassFixture<DocumentsApi>
{
    [Fact]
    public async Task An_answer_comes_with_its_sources_and_their_scores()
    {
        using var client = await api.NewClientAsync();
        var id = (await client.AddAsync("Goods can be returned within thirty days.", title: "Returns")).Id;
        await client.AddAsync("The office opens at nine.");

        var answer = await client.PostAsync("/api/ask", """{"question":"Returns\nGoods can be returned within thirty days.","k":2}""", ("Prefer", "wait=60"));

        answer.Status.ShouldBe(200, answer.Json.ToString());
        answer.Json.GetProperty("known").GetBoolean().ShouldBeTrue();
        var source = answer.Json.GetProperty("sources")[0];
        source.GetProperty("number").GetInt32().ShouldBe(1);
        source.GetProperty("used").GetBoolean().ShouldBeTrue();
        source.GetProperty("found").GetProperty("document_id").GetString().ShouldBe(id);
        source.GetProperty("found").GetProperty("similarity").GetDouble().ShouldBe(1, 1e-3);
        var said = answer.Json.GetProperty("answer").GetString()!;
        said.ShouldContain("[1] Returns\nGoods can be returned");
        said.ShouldContain("from the numbered sources alone");
        said.ShouldNotContain("office");
        answer.Json.GetProperty("job").GetProperty("kind").GetString().ShouldBe("chat");
    }

    [Theory]
    [InlineData("Where do the trains go?", "I do not know")]
    [InlineData("기차는 어디로 가나요?", "모르겠습니다")]
    public async Task When_nothing_is_near_enough_it_says_so_and_asks_no_model(string question, string answer)
    {
        using var client = await api.NewClientAsync();
        await client.AddAsync("Goods can be returned within thirty days.");

        var reply = await client.PostAsync("/api/ask", $$"""{"question":"{{question}}"}""");

        reply.Status.ShouldBe(200);
        reply.Json.GetProperty("known").GetBoolean().ShouldBeFalse();
        reply.Json.GetProperty("answer").GetString()!.ShouldStartWith(answer);
        reply.Json.GetProperty("sources").GetArrayLength().ShouldBe(0);
        (await client.GetAsync("/api/jobs?kind=chat")).Json.GetProperty("jobs").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task An_answer_that_failed_is_a_problem_with_the_way_to_its_job()
    {
        using var client = await api.NewClientAsync();
        await client.AddAsync("fail");

        var answer = await client.PostAsync("/api/ask", """{"question":"fail"}""", ("Prefer", "wait=60"));

        answer.ShouldBeProblem(400, "job-rejected");
        answer.Json.GetProperty("detail").GetString()!.ShouldContain("The script says so.");
        (await client.GetAsync(answer.Headers["Location"])).State.ShouldBe("failed");
        (await client.PostAsync("/api/ask", """{"question":"fail"}""")).Status.ShouldBe(202);
    }

    [Fact]
    public async Task A_Korean_question_is_answered_in_Korean()
    {
        using var client = await api.NewClientAsync();
        await client.AddAsync("환불은 일주일 안에 처리됩니다.");

        var answer = await client.PostAsync("/api/ask", """{"question":"환불은 일주일 안에 처리됩니다."}""", ("Prefer", "wait=60"));

        answer.Json.GetProperty("answer").GetString()!.ShouldContain("질문: 환불은");
    }

    [Fact]
    public async Task Without_waiting_the_sources_come_with_the_job()
    {
        using var client = await api.NewClientAsync();
        await client.AddAsync("Goods can be returned within thirty days.");

        var answer = await client.PostAsync("/api/ask", """{"question":"Goods can be returned within thirty days."}""");

        answer.Status.ShouldBe(202);
        answer.Json.TryGetProperty("answer", out _).ShouldBeFalse();
        answer.Json.GetProperty("sources")[0].TryGetProperty("used", out _).ShouldBeFalse();
        answer.Headers["Location"].ShouldBe(answer.Json.GetProperty("job").GetProperty("links").GetProperty("self").GetString());
    }

    [Theory]
    [InlineData("""{"question":""}""", "question", "is empty")]
    [InlineData("""{"question":"?"}""", "question", "has no words")]
    [InlineData("""{"question":"😀 …"}""", "question", "has no words")]
    [InlineData("""{"question":"a","k":21}""", "k", "from 1 to 20 (Ask:SourcesMax)")]
    [InlineData("""{"question":"a","max_tokens":0}""", "max_tokens", "from 1 to 4096")]
    [InlineData("""{"question":"a","filter":{"b":1e-20000}}""", "filter.b", "more than 16383 decimals")]
    [InlineData("""{"question":"a","filter":{"b":1e200000}}""", "filter.b", "above 1.7e308")]
    [InlineData("""{"question":"a","mode":"words"}""", "mode", "is not a known field")]
    public async Task Bad_input_is_told_by_field(string body, string field, string message)
    {
        using var client = await api.NewClientAsync();
        (await client.PostAsync("/api/ask", body)).ShouldBlame(field, message);
    }

    [Fact]
    public async Task A_key_is_refused_with_the_reason()
    {
        using var client = await api.NewClientAsync();
        (await client.PostAsync("/api/ask", """{"question":"a"}""", ("Idempotency-Key", "one"))).ShouldBlame("Idempotency-Key", "documents may change");
    }
}
