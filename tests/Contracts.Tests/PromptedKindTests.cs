using System.Text.Json;

namespace Pipeline.Contracts.Tests;

/// <summary>The ways of giving a kind its prompt, of which it takes one.</summary>
public sealed class PromptedKindTests
{
    private static readonly InputLimits Limits = new();

    private static readonly PromptTemplate Template = new()
    {
        Name = "default", Kind = "feedback", Language = "ko", Version = 1, System = "{{criteria}}", User = "{{question}} {{answer}}",
    };

    [Fact]
    public void Question_and_answer_become_messages_and_are_not_kept_twice()
    {
        GiveFeedback job = new() { Question = "왜?", Answer = "그냥요." };

        job.Validate(Limits).ShouldBeEmpty();
        Choices(job).ShouldBe([new("feedback", null, "ko") { IsGuess = true }]);
        JsonSerializer.Serialize((GiveFeedback)job.WithPrompts([Template]), GiveFeedback.Json).ShouldBe(
            """{"messages":[{"role":"system","content":"정확성, 완결성, 명확성"},{"role":"user","content":"왜? 그냥요."}],"prompt_source":{"name":"default","language":"ko","version":1}}""");
    }

    [Fact]
    public void A_prompt_of_the_client_needs_no_template()
    {
        GiveFeedback job = new() { SystemPrompt = "Judge.", UserPrompt = "This." };

        job.Validate(Limits).ShouldBeEmpty();
        Choices(job).ShouldBeEmpty();
        ((GiveFeedback)job.WithPrompts([])).Messages.ShouldBe([new("system", "Judge."), new("user", "This.")]);
    }

    [Fact]
    public void What_was_written_out_stays_as_it_is()
    {
        GiveFeedback job = new() { Messages = [new("user", "Judge this.")] };

        job.Validate(Limits).ShouldBeEmpty();
        ((GiveFeedback)job.WithPrompts([])).Messages.ShouldBe(job.Messages);
    }

    [Fact]
    public void None_and_several_ways_are_refused()
    {
        Fields(new GiveFeedback()).ShouldBe(["user_prompt"]);
        Fields(new GiveFeedback { Question = "q", Answer = "a", UserPrompt = "p" }).ShouldBe(["user_prompt"]);
        Fields(new GiveFeedback { UserPrompt = "p", Criteria = "c" }).ShouldContain("user_prompt");
        Fields(new GiveFeedback { SystemPrompt = "p" }).ShouldBe(["user_prompt"]);
        Fields(new GiveFeedback { Question = "q" }).ShouldBe(["answer"]);
        Fields(new StepInterview { Topic = "t" }).ShouldBe(["phase"]);
        Fields(new StepInterview { Topic = "t", Phase = "p", Question = "q" }).ShouldBe(["answer"]);
        Fields(new StepInterview { Topic = "t", Phase = "p", Answer = "a" }).ShouldBeEmpty();
        Fields(new InterviewReport()).ShouldBe(["user_prompt"]);
        Fields(new InterviewReport { Items = [] }).ShouldBe(["items"]);
        Fields(new InterviewReport { Items = [new("q", " ")] }).ShouldBe(["items[0].answer"]);
    }

    [Fact]
    public void What_the_API_writes_a_client_may_not()
    {
        CompleteChat.Descriptor.ApiFields.ShouldBe(["prompt_source"]);
        StepInterview.Descriptor.ApiFields.ShouldBe(["judges", "prompt_source"]);
        InterviewReport.Descriptor.ApiFields.ShouldBe(["question_prompt", "summary_prompt"]);
    }

    [Fact]
    public void An_interview_that_begins_has_nothing_to_judge()
    {
        StepInterview job = new() { Topic = "Databases", Phase = "warm-up" };
        var template = Template with { User = "{{topic}} {{phase}} {{history}} {{question}} {{answer}}", System = "{{next_topic}} {{next_phase}}" };

        var begins = (StepInterview)job.WithPrompts([template]);
        var goesOn = (StepInterview)(job with { Question = "q", Answer = "a", History = [new("hq", "ha")], NextTopic = "Caches", NextPhase = "end" }).WithPrompts([template]);

        (begins.Judges, begins.Messages![^1].Content).ShouldBe((false, "Databases warm-up (none) (none) (none)"));
        (goesOn.Judges, goesOn.Messages![^1].Content).ShouldBe((true, "Databases warm-up Q: hq\nA: ha q a"));
        goesOn.Messages[0].Content.ShouldBe("Caches end");
    }

    [Fact]
    public void A_report_keeps_its_items_and_both_templates()
    {
        InterviewReport job = new() { Items = [new("왜?", "그냥")] };
        var (question, summary) = (Template with { Name = "question", System = "s" }, Template with { Name = "summary", System = "s", User = "{{findings}}" });

        Choices(job).ShouldBe([new("report", "question", "ko"), new("report", "summary", "ko")]);
        var written = (InterviewReport)job.WithPrompts([question, summary]);

        (written.Language, written.QuestionPrompt, written.SummaryPrompt, written.Items).ShouldBe(("ko", question, summary, job.Items));
        Should.Throw<PromptException>(() => job.WithPrompts([question, question]));
    }

    [Fact]
    public void A_chat_prompt_brings_the_system_message()
    {
        CompleteChat job = new() { Messages = [new("user", "hi")], Prompt = "teacher" };

        Choices(job).ShouldBe([new("chat", "teacher", "en") { IsGuess = true }]);
        ((CompleteChat)job.WithPrompts([Template with { System = "Teach.", User = null }])).Messages.ShouldBe([new("system", "Teach."), new("user", "hi")]);
        Fields(job with { Messages = [new("system", "s"), new("user", "hi")] }).ShouldBe(["prompt"]);
    }

    private static IReadOnlyList<PromptChoice> Choices(IPrompted job) => job.Prompts;

    private static string[] Fields(IJob job) => [.. job.Validate(Limits).Select(problem => problem.Field)];
}
