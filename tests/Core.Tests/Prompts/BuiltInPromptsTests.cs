using Pipeline.Contracts;
using Pipeline.Core.Prompts;

namespace Pipeline.Core.Tests.Prompts;

public sealed class BuiltInPromptsTests
{
    private readonly BuiltInPrompts _prompts = new();

    [Fact]
    public void Everything_is_there_in_both_languages() =>
        _prompts.All.Select(template => (template.Kind, template.Name, template.Language)).ShouldBe(
            from name in (string[])["chat default", "chat coding", "chat teacher", "chat creative", "feedback default", "interview default", "report question", "report summary"]
            from language in (string[])["ko", "en"]
            select (name.Split(' ')[0], name.Split(' ')[1], language),
            ignoreOrder: true);

    [Theory]
    [InlineData("en")]
    [InlineData("ko")]
    public void Every_kind_can_use_its_own(string language)
    {
        IPrompted[] jobs =
        [
            new CompleteChat { Messages = [new("user", "hi")], Prompt = "coding", Language = language },
            new GiveFeedback { Question = "q", Answer = "a", Language = language },
            new StepInterview { Topic = "t", Phase = "p", Language = language },
            new InterviewReport { Items = [new("q", "a")], Language = language },
        ];
        foreach (var job in jobs)
        {
            var templates = job.Prompts.Select(choice => _prompts.All.Single(template =>
                (template.Kind, template.Name, template.Language) == (choice.Kind, choice.Name ?? BuiltInPrompts.DefaultName, choice.Language))).ToArray();
            templates.ShouldNotBeEmpty();
            templates.ShouldAllBe(template => template.Language == language);
            Should.NotThrow(() => job.WithPrompts(templates));
        }
    }
}
