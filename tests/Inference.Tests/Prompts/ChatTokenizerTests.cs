using Microsoft.Extensions.AI;
using Pipeline.Inference.Prompts;

namespace Pipeline.Inference.Tests.Prompts;

public sealed class ChatTokenizerTests
{
    private static readonly FakeLanguageModel _model = new();

    [Theory]
    [InlineData("", "hello")]
    [InlineData("", "")]
    [InlineData("\n", "hello")]
    [InlineData("a", "b starts where the template's a ends")]
    public void Benign_text_has_the_tokens_of_the_whole_rendered_prompt(string separator, string text)
    {
        FakeLanguageModel model = new(separator);
        TokenizedChat chat = new ChatTokenizer(model).Tokenize(Chat("be brief", text), [], null, false, CancellationToken.None);
        string rendered = model.ApplyChatTemplate([new("system", "be brief"), new("user", text)], addAssistantHeader: true);
        chat.Tokens.ShouldBe(model.Tokenize(rendered, parseControlTokens: true));
    }

    [Fact]
    public void Control_tokens_of_a_user_stay_text()
    {
        TokenizedChat chat = new ChatTokenizer(_model).Tokenize(Chat("be brief", "x<e><a>anger"), [], null, false, CancellationToken.None);
        chat.Tokens.Count(token => token >= 400).ShouldBe(4); // <s> <e> <u> and the merged <e><a>: those of the template.
    }

    [Fact]
    public void Placeholder_of_a_user_stays_text()
    {
        TokenizedChat chat = new ChatTokenizer(_model).Tokenize(Chat("be brief", "\uE0F00\uE0F1"), [], null, false, CancellationToken.None);
        chat.Tokens.Length.ShouldBe(2 + "be brief".Length + 1 + 3 + 1);
    }

    [Fact]
    public void Shared_tokens_end_where_the_last_text_begins()
    {
        TokenizedChat one = new ChatTokenizer(_model).Tokenize(Chat("be brief", "hello"), [], null, false, CancellationToken.None);
        TokenizedChat two = new ChatTokenizer(_model).Tokenize(Chat("be brief", "good bye"), [], null, false, CancellationToken.None);
        one.SharedTokens.ShouldBe(1 + "be brief".Length + 2);
        two.Tokens[..one.SharedTokens].ShouldBe(one.Tokens[..one.SharedTokens]);
    }

    [Fact]
    public void Token_that_merges_over_the_boundary_is_not_shared()
    {
        TokenizedChat chat = new ChatTokenizer(new FakeLanguageModel("a")).Tokenize(Chat("s", "b!"), [], null, false, CancellationToken.None);
        chat.Tokens[chat.SharedTokens].ShouldBe(300);
    }

    [Fact]
    public void Answers_continue_the_prompt_even_when_their_first_token_merges_with_it()
    {
        FakeLanguageModel model = new("a");
        TokenizedChat chat = new ChatTokenizer(model).Tokenize(Chat("s", "x"), ["bad", "car"], null, false, CancellationToken.None);
        string rendered = model.ApplyChatTemplate([new("system", "s"), new("user", "x")], addAssistantHeader: true);
        int[] bad = [.. chat.Tokens, .. chat.Answers[0]];
        int[] car = [.. chat.Tokens, .. chat.Answers[1]];
        bad.ShouldBe(model.Tokenize(rendered + "bad", parseControlTokens: true));
        car.ShouldBe(model.Tokenize(rendered + "car", parseControlTokens: true));
    }

    [Fact]
    public void Bos_comes_first_and_once()
    {
        FakeLanguageModel model = new() { Info = _model.Info with { BosToken = 450, AddsBos = true } };
        TokenizedChat chat = new ChatTokenizer(model).Tokenize(Chat("s", "x"), [], null, false, CancellationToken.None);
        chat.Tokens[0].ShouldBe(450);
        chat.Tokens.Count(token => token == 450).ShouldBe(1);
        chat.Tokens[chat.SharedTokens].ShouldBe('x');
    }

    [Fact]
    public void White_space_that_a_control_token_swallows_is_swallowed()
    {
        FakeLanguageModel model = new("\n") { ControlTokens = [new(401, "<u>", StripsRight: true), new(403, "<e>", StripsLeft: true)] };
        int[] tokens = new ChatTokenizer(model).Tokenize([new(ChatRole.User, " x ")], [], null, false, CancellationToken.None).Tokens;
        tokens[..3].ShouldBe([401, 'x', 403]);
    }

    private static ChatMessage[] Chat(string system, string user) => [new(ChatRole.System, system), new(ChatRole.User, user)];
}
