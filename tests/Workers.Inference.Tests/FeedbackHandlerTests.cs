using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Inference;
using Pipeline.Workers.Inference.Feedback;

namespace Pipeline.Workers.Inference.Tests;

public sealed class FeedbackHandlerTests
{
    private static readonly GiveFeedback Job = new()
    {
        Messages = [new("system", "Judge."), new("user", "Q: why? A: because.")],
        PromptSource = new("default", "en", 3),
    };

    [Theory]
    [InlineData(5, false)]
    [InlineData(6, true)]
    public async Task The_pass_mark_decides_and_not_the_model(int score, bool passed)
    {
        using var model = Saying($$"""{"feedback":"좋아요.","score":{{score}},"improvement_suggestion":"Say why."}""");

        var result = Result(await HandleAsync(model, new() { Model = "/models/real.gguf" }));

        (result.Feedback, result.Score, result.IsPassed, result.PassMark, result.ImprovementSuggestion).ShouldBe(("좋아요.", score, passed, 6, "Say why."));
        (result.Model, result.Warnings, result.Prompt).ShouldBe(("scripted", null, new("default", "en", 3)));
        model.Prompts.ShouldHaveSingleItem().ShouldBe("Judge.\nQ: why? A: because.");
    }

    [Fact]
    public async Task The_small_model_is_named_bounded_and_warned_of()
    {
        using var model = Saying("""{"feedback":"x","score":1,"improvement_suggestion":"y"}""");

        var result = Result(await HandleAsync(model, new()));

        result.Model.ShouldBe("small");
        result.Warnings.ShouldHaveSingleItem().ShouldContain("Kinds:Feedback:Model");
        Schema(model).GetProperty("feedback").GetProperty("maxLength").GetInt32().ShouldBe(24);
    }

    [Fact]
    public async Task A_model_that_can_write_is_not_bounded_in_the_middle_of_a_sentence()
    {
        using var model = Saying("""{"feedback":"x","score":1,"improvement_suggestion":"y"}""");

        await HandleAsync(model, new() { Model = "/models/real.gguf" });

        Schema(model).GetProperty("feedback").TryGetProperty("maxLength", out _).ShouldBeFalse();
        Schema(model).GetProperty("score").GetProperty("maximum").GetInt32().ShouldBe(10);
    }

    [Fact]
    public async Task A_cut_answer_is_a_failure_that_says_so()
    {
        using var model = new ScriptedForms(_ => """{"feedback":"on and on""") { Finish = ChatFinishReason.Length };

        var reason = (await HandleAsync(model, new())).ShouldBeOfType<JobOutcome.Rejected>().Reason;

        reason.ShouldContain("incomplete after 2 tokens");
        reason.ShouldContain("Kinds:Feedback:OutputTokensMax is 1024");
    }

    [Theory]
    [InlineData("""{"feedback":"x","score":11,"improvement_suggestion":"y"}""")]
    [InlineData("""{"feedback":"x","score":1}""")]
    [InlineData("""{"feedback":null,"score":1,"improvement_suggestion":"y"}""")]
    [InlineData("I think 7.")]
    public async Task A_server_that_ignores_the_form_is_asked_again_by_another_attempt(string text)
    {
        using var model = Saying(text);

        (await Should.ThrowAsync<InferenceException>(() => HandleAsync(model, new()))).Message.ShouldContain("did not answer in the form");
    }

    [Fact]
    public async Task A_prompt_that_is_too_long_is_rejected_with_the_numbers()
    {
        using var model = new ScriptedForms(_ => "") { LengthMax = 5 };

        (await HandleAsync(model, new())).ShouldBeOfType<JobOutcome.Rejected>().Reason.ShouldContain("at most 5 are allowed");
    }

    private static ScriptedForms Saying(string text) => new(_ => text);

    private static JsonElement Schema(ScriptedForms model) =>
        ((ChatResponseFormatJson)model.Options.First().ResponseFormat!).Schema!.Value.GetProperty("properties");

    private static Task<JobOutcome> HandleAsync(ScriptedForms model, FeedbackOptions options) =>
        new FeedbackHandler(TestJobs.Model(model, model: options.Model), Options.Create(options), TimeProvider.System).HandleAsync(Job, TestJobs.Interactive, CancellationToken.None);

    private static FeedbackResult Result(JobOutcome outcome) =>
        JsonSerializer.Deserialize(outcome.ShouldBeOfType<JobOutcome.Succeeded>().ResultJson, GiveFeedback.ResultJson)!;
}
