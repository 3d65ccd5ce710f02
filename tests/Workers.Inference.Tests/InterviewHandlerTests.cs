using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Workers.Inference.Interview;

namespace Pipeline.Workers.Inference.Tests;

public sealed class InterviewHandlerTests
{
    [Fact]
    public async Task An_answer_is_judged_and_followed_up()
    {
        using var model = new ScriptedForms(_ => """{"thought":"vague","score":4,"comment":"No numbers.","action":"FOLLOW_UP","message":"How many?"}""");

        var result = await StepAsync(model, new() { Messages = [new("user", "A: many.")] });

        (result.Thought, result.Action, result.Message).ShouldBe(("vague", InterviewActions.FollowUp, "How many?"));
        result.Evaluation.ShouldBe(new(4, "No numbers."));
        Properties(model).ShouldBe(["thought", "score", "comment", "action", "message"]);
    }

    [Fact]
    public async Task The_beginning_has_nothing_to_judge()
    {
        using var model = new ScriptedForms(_ => """{"thought":"start","action":"NEW_TOPIC","message":"Who are you?"}""");

        var result = await StepAsync(model, new() { Messages = [new("user", "Begin.")], Judges = false });

        result.Evaluation.ShouldBeNull();
        Properties(model).ShouldBe(["thought", "action", "message"]);
    }

    private static IEnumerable<string> Properties(ScriptedForms model) =>
        ((ChatResponseFormatJson)model.Options.Single().ResponseFormat!).Schema!.Value.GetProperty("properties").EnumerateObject().Select(property => property.Name);

    private static async Task<InterviewStepResult> StepAsync(ScriptedForms model, StepInterview job)
    {
        var handler = new InterviewHandler(TestJobs.Model(model), Options.Create(new InterviewOptions()), TimeProvider.System);
        var outcome = await handler.HandleAsync(job, TestJobs.Interactive, CancellationToken.None);
        return JsonSerializer.Deserialize(outcome.ShouldBeOfType<JobOutcome.Succeeded>().ResultJson, StepInterview.ResultJson)!;
    }
}
