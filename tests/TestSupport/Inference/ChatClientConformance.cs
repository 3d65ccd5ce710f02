using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Shouldly;
using Xunit;

namespace Pipeline.TestSupport.Inference;

/// <summary>
/// What every chat client must do, whatever model is behind it: nothing here depends on what the answers mean. A client's
/// tests derive from this and give the client.
/// </summary>
public abstract class ChatClientConformance
{
    private const int AnswerTokensMax = 48;
    private const char Replacement = '\uFFFD';

    private static readonly string[] _texts =
    [
        "I finally got the job!", "너무 무서웠어", "Where is my parcel?", "오늘은 비가 온다",
        "He lied to me again.", "드디어 합격했어 🎉", "What a strange noise.", "그냥 그래",
    ];

    private static readonly ChatResponseFormatJson _schema = ChatResponseFormat.ForJsonSchema(JsonElement.Parse("""
        {
          "type": "object",
          "properties": { "emotion": { "type": "string", "enum": ["joy", "sadness", "기쁨"] }, "certain": { "type": "boolean" } },
          "required": ["emotion", "certain"],
          "additionalProperties": false
        }
        """), "verdict");

    protected abstract IChatClient Client { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_streamed_answer_is_the_whole_answer()
    {
        foreach (string text in _texts)
        {
            ChatResponse whole = await AskAsync(text, Greedy());
            ChatResponse streamed = (await StreamAsync(text, Greedy())).ToChatResponse();

            streamed.Text.ShouldBe(whole.Text);
            streamed.FinishReason.ShouldBe(whole.FinishReason);
        }
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_text()
    {
        ChatOptions options = new() { Temperature = 0.8f, Seed = 7, MaxOutputTokens = AnswerTokensMax };
        await AskAsync(_texts[0], options); // The first one may compute what later ones find in a cache.

        (await AskAsync(_texts[0], options)).Text.ShouldBe((await AskAsync(_texts[0], options)).Text);
    }

    [Fact]
    public async Task An_answer_ends_at_its_limit_and_says_so()
    {
        ChatResponse whole = await AskAsync(_texts[0], Greedy());
        int limit = (int)Math.Max(1, whole.Usage!.OutputTokenCount!.Value - 1);
        ChatOptions options = Greedy();
        options.MaxOutputTokens = limit;

        ChatResponse cut = await AskAsync(_texts[0], options);

        cut.FinishReason.ShouldBe(ChatFinishReason.Length);
        cut.Usage!.OutputTokenCount!.Value.ShouldBeInRange(1, limit);
        whole.Text.ShouldStartWith(cut.Text, Case.Sensitive);
    }

    [Fact]
    public async Task An_answer_ends_before_a_stop_string()
    {
        string whole = (await AskAsync(_texts[0], Greedy())).Text;
        Rune[] runes = [.. whole.EnumerateRunes()];
        runes.ShouldNotBeEmpty("The model says nothing to the first text; the suite cannot stop it.");
        string stop = runes[runes.Length / 2].ToString();
        string expected = whole[..whole.IndexOf(stop, StringComparison.Ordinal)];
        ChatOptions options = Greedy();
        options.StopSequences = [stop];

        ChatResponse stopped = await AskAsync(_texts[0], options);
        ChatResponse streamed = (await StreamAsync(_texts[0], options)).ToChatResponse();

        (stopped.Text, stopped.FinishReason).ShouldBe((expected, ChatFinishReason.Stop));
        (streamed.Text, streamed.FinishReason).ShouldBe((expected, ChatFinishReason.Stop));
    }

    [Fact]
    public async Task A_stop_string_that_never_comes_changes_nothing()
    {
        ChatOptions options = Greedy();
        options.StopSequences = ["\u0001never\u0001"];

        (await StreamAsync(_texts[1], options)).ToChatResponse().Text.ShouldBe((await AskAsync(_texts[1], Greedy())).Text);
    }

    [Fact]
    public async Task An_answer_to_a_schema_has_its_properties_or_says_that_it_was_cut()
    {
        foreach (string text in _texts)
        {
            ChatOptions options = Greedy();
            (options.ResponseFormat, options.MaxOutputTokens) = (_schema, 128);

            ChatResponse answer = await AskAsync(text, options);

            if (answer.FinishReason != ChatFinishReason.Length)
            {
                JsonElement json = JsonElement.Parse(answer.Text);
                json.GetProperty("emotion").GetString().ShouldBeOneOf("joy", "sadness", "기쁨");
                json.GetProperty("certain").ValueKind.ShouldBeOneOf(JsonValueKind.True, JsonValueKind.False);
                json.EnumerateObject().Count().ShouldBe(2);
            }
        }
    }

    [Fact]
    public async Task Usage_adds_up_and_is_the_same_streamed()
    {
        UsageDetails whole = (await AskAsync(_texts[2], Greedy())).Usage!;
        UsageDetails streamed = (await StreamAsync(_texts[2], Greedy())).ToChatResponse().Usage!;

        whole.InputTokenCount!.Value.ShouldBeGreaterThan(0);
        whole.OutputTokenCount!.Value.ShouldBeInRange(1, AnswerTokensMax);
        whole.TotalTokenCount.ShouldBe(whole.InputTokenCount + whole.OutputTokenCount);
        (whole.CachedInputTokenCount ?? 0).ShouldBeInRange(0, whole.InputTokenCount.Value);
        (streamed.InputTokenCount, streamed.OutputTokenCount).ShouldBe((whole.InputTokenCount, whole.OutputTokenCount));
    }

    [Fact]
    public async Task Requests_at_the_same_time_get_the_answers_they_get_alone()
    {
        List<string> alone = [];
        foreach (string text in _texts)
        {
            alone.Add((await AskAsync(text, Greedy())).Text);
        }

        ChatResponse[] together = await Task.WhenAll(_texts.Select(text => AskAsync(text, Greedy())));

        together.Select(answer => answer.Text).ShouldBe(alone);
    }

    [Fact]
    public async Task A_canceled_request_says_so()
    {
        CancellationToken canceled = new(canceled: true);

        await Should.ThrowAsync<OperationCanceledException>(() => Client.GetResponseAsync(Prompt(_texts[0]), Greedy(), canceled));
        await Should.ThrowAsync<OperationCanceledException>(
            () => Client.GetStreamingResponseAsync(Prompt(_texts[0]), Greedy(), canceled).ToChatResponseAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_stream_that_its_reader_cancels_hurts_nobody_else()
    {
        string before = (await AskAsync(_texts[3], Greedy())).Text;
        using CancellationTokenSource reader = new();
        try
        {
            await foreach (ChatResponseUpdate _ in Client.GetStreamingResponseAsync(Prompt(_texts[3]), Greedy(), reader.Token))
            {
                await reader.CancelAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // Unless everything had been written already.
        }

        (await AskAsync(_texts[3], Greedy())).Text.ShouldBe(before);
    }

    [Fact]
    public async Task A_piece_of_a_stream_never_splits_a_character()
    {
        foreach (string text in _texts)
        {
            var pieces = await StreamAsync(text, Greedy());

            pieces.ShouldAllBe(piece => !piece.Text.EnumerateRunes().Contains(new Rune(Replacement)), $"The answer to {text}");
        }
    }

    private static ChatOptions Greedy() => new() { Temperature = 0, MaxOutputTokens = AnswerTokensMax };

    private static List<ChatMessage> Prompt(string text) => [new(ChatRole.System, "Answer in a few words."), new(ChatRole.User, text)];

    private Task<ChatResponse> AskAsync(string text, ChatOptions options) => Client.GetResponseAsync(Prompt(text), options, Cancellation);

    private async Task<IReadOnlyList<ChatResponseUpdate>> StreamAsync(string text, ChatOptions options)
    {
        List<ChatResponseUpdate> updates = [];
        await foreach (ChatResponseUpdate update in Client.GetStreamingResponseAsync(Prompt(text), options, Cancellation))
        {
            updates.Add(update);
        }

        return updates;
    }
}
