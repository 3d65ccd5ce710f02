using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.Input;

public sealed class ChatInputTests(LocalApi api)
{
    [Fact]
    public async Task A_conversation_becomes_a_job_with_the_input_as_it_was_sent()
    {
        var answer = await PostAsync("""{"messages":[{"role":"user","content":"안녕"}],"temperature":0,"priority":"bulk"}""");

        answer.Status.ShouldBe(202);
        (answer.Json.GetProperty("kind").GetString(), answer.Json.GetProperty("queue").GetString()).ShouldBe(("chat", "chat-bulk"));
    }

    [Fact]
    public async Task The_same_input_goes_through_the_envelope_of_any_kind() =>
        (await api.Client.PostAsync("/api/jobs", """{"kind":"chat","input":{"messages":[{"role":"user","content":"hi"}]}}""")).Status.ShouldBe(202);

    [Fact]
    public async Task Every_fault_is_told_by_its_path_in_the_body()
    {
        var answer = await PostAsync("""{"messages":[{"role":"user"},{"role":"robot","content":7}],"temperature":"hot","best_of":2}""");

        answer.ShouldBlame("messages[0].content", "is required: send a string");
        answer.Blames("messages[1].content", "is a number; expected a string");
        answer.Blames("temperature", "is a string; expected a number");
        answer.Blames("best_of", "is not a known field. Known: messages, model, temperature, max_tokens,");
    }

    [Theory]
    [InlineData("{}", "messages", "is required: send an array")]
    [InlineData("""{"messages":[]}""", "messages", "has 0 elements")]
    [InlineData("""{"messages":[{"role":"user","content":" "}]}""", "messages[0].content", "is empty")]
    [InlineData("""{"messages":[{"role":"user","content":"a"}],"max_tokens":99999}""", "max_tokens", "send 1 to 4096")]
    [InlineData("""{"messages":[{"role":"user","content":"a"}],"max_tokens":1.5}""", "max_tokens", "does not have the form")]
    [InlineData("""{"messages":[{"role":"user","content":"a"}],"max_tokens":99999999999}""", "max_tokens", "does not have the form")]
    [InlineData("""{"messages":[{"role":"user","content":"a","name":"b"}]}""", "messages[0].name", "is not a known field")]
    public async Task A_wrong_body_is_refused(string body, string field, string message) => (await PostAsync(body)).ShouldBlame(field, message);

    private Task<Answer> PostAsync(string body) => api.Client.PostAsync("/api/chat/completions", body);
}
