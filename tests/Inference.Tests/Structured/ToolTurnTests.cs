using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Pipeline.Inference.Structured;
using Pipeline.Inference.Structured.Rules;
using Pipeline.Inference.Tools;

namespace Pipeline.Inference.Tests.Structured;

/// <summary>Answers of models that were offered functions: what the grammar lets them write, and what is read out of it.</summary>
public sealed class ToolTurnTests
{
    private const string Call = "<tool_call>\n{\"name\": \"get\", \"arguments\": {\"city\":\"Seoul\"}}\n</tool_call>";
    private const string BareCall = "{\"name\": \"get\", \"parameters\": {\"city\":\"Seoul\"}}";

    private static readonly Rule Arguments = Answers.Grammar("""{"type":"object","properties":{"city":{"enum":["Seoul","Busan"]}},"required":["city"]}""").Start;

    [Theory]
    [InlineData("Just text, with < and <tool in it. 서울", true)]
    [InlineData(Call, true)]
    [InlineData("Let me see.\n" + Call + "\n" + Call, true)]
    [InlineData("<tool_call>\n{\"name\": \"get_more\", \"arguments\": {\"city\": \"Busan\"}}\n</tool_call>", true)]
    [InlineData("<tool_call>\n{\"name\": \"other\", \"arguments\": {}}\n</tool_call>", false)]
    [InlineData("<tool_call>\n{\"name\": \"get\", \"arguments\": {\"city\":\"Paris\"}}\n</tool_call>", false)]
    [InlineData(Call + " and so on", false)]
    [InlineData("<tool_call> what", false)]
    public void A_model_answers_or_calls_what_there_is(string answer, bool isAllowed) =>
        Answers.Accepts(Turn(ToolTurnText.Tagged), answer).ShouldBe(isAllowed);

    [Theory]
    [InlineData("Just text.", true)]
    [InlineData(BareCall, true)]
    [InlineData(BareCall + "; " + BareCall, true)]
    [InlineData("{\"city\": 1}", false)]
    [InlineData("Text { may go on", true)]
    public void Where_calls_stand_alone_they_begin_the_answer(string answer, bool isAllowed) =>
        Answers.Accepts(Turn(ToolTurnText.Bare), answer).ShouldBe(isAllowed);

    [Fact]
    public void A_model_that_has_to_call_calls_and_where_it_may_once_it_stops_then()
    {
        JsonGrammar turn = Turn(ToolTurnText.Tagged, mayAnswer: false, mayRepeat: false);

        Answers.Accepts(turn, "No.").ShouldBeFalse();
        Answers.After(turn, Encoding.UTF8.GetBytes(Call))!.MustEnd.ShouldBeTrue();
    }

    [Fact]
    public void An_answer_in_JSON_stays_possible_beside_calls()
    {
        JsonGrammar turn = JsonGrammar.OfTurn(new(ToolTurnText.Tagged, [("get", Arguments)], Answers.Grammar("""{"type":"boolean"}""").Start, mayAnswer: true, mayRepeat: true));

        Answers.Accepts(turn, "true").ShouldBeTrue();
        Answers.Accepts(turn, Call).ShouldBeTrue();
        Answers.Accepts(turn, "text").ShouldBeFalse();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1_000)]
    public void Calls_are_read_however_the_text_is_cut(int length)
    {
        ToolCallReader reader = new(ToolTurnText.Tagged);
        string text = "Let <b>me</b> see.\n\n" + Call + "\n" + Call.Replace("Seoul", "}\\\"{", StringComparison.Ordinal);
        List<AIContent> contents = [.. text.Chunk(length).SelectMany(piece => reader.Append(new(piece))), .. reader.Flush()];

        string.Concat(contents.OfType<TextContent>().Select(content => content.Text)).ShouldBe("Let <b>me</b> see.");
        Told(contents).ShouldBe(["0 get {\"city\":\"Seoul\"}", "1 get {\"city\":\"}\\\"{\"}"]);
    }

    [Fact]
    public void Bare_calls_are_read_and_text_is_left_as_it_is()
    {
        ToolCallReader calls = new(ToolTurnText.Bare), text = new(ToolTurnText.Bare);

        Told([.. (BareCall + "; " + BareCall).SelectMany(character => calls.Append($"{character}")), .. calls.Flush()]).ShouldBe(["0 get {\"city\":\"Seoul\"}", "1 get {\"city\":\"Seoul\"}"]);
        string.Concat(((List<AIContent>)[.. text.Append("{\"na"), .. text.Append("h\" " + BareCall), .. text.Flush()]).OfType<TextContent>().Select(content => content.Text))
            .ShouldBe("{\"nah\" " + BareCall);
    }

    [Fact]
    public void Prompts_have_the_functions_the_calls_and_their_answers_in_the_words_of_the_model()
    {
        ToolOffer offer = ToolOffer.Read(new() { Tools = [AIFunctionFactory.CreateDeclaration("get", "Weather.", JsonElement.Parse("""{"type":"object"}"""))] })!;
        ChatMessage[] messages =
        [
            new(ChatRole.System, "Be brief."),
            new(ChatRole.User, "Weather?"),
            new(ChatRole.Assistant, [new FunctionCallContent("c1", "get", new Dictionary<string, object?> { ["city"] = "Seoul" })]),
            new(ChatRole.Tool, [new FunctionResultContent("c1", "sunny")]),
            new(ChatRole.Tool, [new FunctionResultContent("c1", "warm")]),
        ];

        IReadOnlyList<ChatMessage> tagged = ToolPrompt.Write(messages, offer, Models.ToolStyle.Tagged);
        tagged[0].Text.ShouldStartWith("Be brief.\n\n# Tools\n");
        tagged[0].Text.ShouldContain("{\"type\": \"function\", \"function\": {\"name\": \"get\", \"description\": \"Weather.\", \"parameters\": {\"type\":\"object\"}}}");
        tagged[2].Text.ShouldBe("<tool_call>\n{\"name\": \"get\", \"arguments\": {\"city\":\"Seoul\"}}\n</tool_call>");
        (tagged[3].Role, tagged[3].Text).ShouldBe((ChatRole.User, "<tool_response>\nsunny\n</tool_response>\n<tool_response>\nwarm\n</tool_response>"));

        IReadOnlyList<ChatMessage> bare = ToolPrompt.Write(messages, offer, Models.ToolStyle.Bare);
        bare[2].Text.ShouldBe("{\"name\": \"get\", \"parameters\": {\"city\":\"Seoul\"}}");
        (bare[3].Role.Value, bare[3].Text).ShouldBe(("ipython", "sunny"));
    }

    private static JsonGrammar Turn(ToolTurnText text, bool mayAnswer = true, bool mayRepeat = true) =>
        JsonGrammar.OfTurn(new(text, [("get", Arguments), ("get_more", Arguments)], null, mayAnswer, mayRepeat));

    private static string[] Told(IEnumerable<AIContent> contents) =>
        [.. contents.OfType<ToolCallPiece>().GroupBy(piece => piece.Index).Select(call => $"{call.Key} {call.First().Name} {string.Concat(call.Select(piece => piece.Arguments))}")];
}
