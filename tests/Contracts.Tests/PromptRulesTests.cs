using System.Text.Json;

namespace Pipeline.Contracts.Tests;

public sealed class PromptRulesTests
{
    private static readonly InputLimits Limits = new() { TextLengthMax = 10, MessagesMax = 3, OutputTokensMax = 100 };

    private static readonly PromptMessage Question = new("user", "why?");

    [Fact]
    public void A_conversation_that_ends_with_the_user_is_right() =>
        Problems(new("system", "be brief"), new("assistant", "hello"), Question).ShouldBeEmpty();

    [Fact]
    public void Number_of_messages_has_bounds()
    {
        Problems().ShouldHaveSingleItem().ShouldBe(new("messages", "has 0 elements: send 1 to 3 (Input:MessagesMax)."));
        Problems(Question, Question, Question, Question).ShouldHaveSingleItem().Message.ShouldContain("has 4 elements");
    }

    [Fact]
    public void Every_fault_of_every_message_is_named()
    {
        Problems(new("robot", "hi"), new("assistant", "too long a text")).ShouldBe(
        [
            new("messages[0].role", "is \"robot\": send one of system, user, assistant, tool."),
            new("messages[1].content", "has 15 characters; at most 10 are accepted. Split the text, or raise Input:TextLengthMax."),
            new("messages[1].role", "is \"assistant\": the last message is the user's, whom the model answers."),
        ]);
        Problems(Question, new("system", "be brief"), Question).ShouldHaveSingleItem().Message.ShouldContain("after other messages");
    }

    [Fact]
    public void Who_only_called_functions_has_said_nothing_and_each_answer_names_its_call()
    {
        PromptMessage call = new("assistant", "") { ToolCalls = [new("c1", "get", "{}")] };

        Problems(Question, call, new("tool", "") { ToolCallId = "c1" }).ShouldBeEmpty();
        Problems(Question, call, new("tool", "sunny") { ToolCallId = "c2" }).ShouldHaveSingleItem().Field.ShouldBe("messages[2].tool_call_id");
        Problems(Question with { ToolCalls = call.ToolCalls }).ShouldHaveSingleItem().Field.ShouldBe("messages[0].tool_calls");
        Problems(call with { ToolCalls = [new("c1", "get", "[]")] }, Question).ShouldHaveSingleItem().Field.ShouldBe("messages[0].tool_calls[0].arguments");
    }

    [Theory]
    [InlineData(-0.1, 10, "temperature")]
    [InlineData(2.1, 10, "temperature")]
    [InlineData(0.5, 0, "max_tokens")]
    [InlineData(0.5, 101, "max_tokens")]
    public void Sampling_has_bounds(double temperature, int maxTokens, string field) =>
        PromptRules.Sampling(temperature, maxTokens, Limits).ShouldHaveSingleItem().Field.ShouldBe(field);

    [Fact]
    public void Sampling_may_be_left_out() => PromptRules.Sampling(null, null, Limits).ShouldBeEmpty();

    private static InputProblem[] Problems(params PromptMessage[] messages) => [.. PromptRules.Messages("messages", messages, Limits)];

    [Fact]
    public void Choice_of_tokens_has_bounds()
    {
        CompleteChat chat = new() { Messages = [Question], TopP = 1, PresencePenalty = -2, FrequencyPenalty = 2, TopLogprobs = 20, Stop = ["."] };
        TokenRules.Choice(chat).ShouldBeEmpty();

        CompleteChat[] wrong =
        [
            chat with { TopP = 1.1 }, chat with { PresencePenalty = -2.1 }, chat with { FrequencyPenalty = double.NaN }, chat with { TopLogprobs = 21 },
            chat with { Stop = [""] }, chat with { Schema = JsonElement.Parse("1") },
        ];
        wrong.Select(one => TokenRules.Choice(one).ShouldHaveSingleItem().Field)
            .ShouldBe(["top_p", "presence_penalty", "frequency_penalty", "top_logprobs", "stop", "schema"]);
    }
}
