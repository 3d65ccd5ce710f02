using System.Text.Json;
using Microsoft.Extensions.AI;
using Pipeline.Inference.Generation;
using Pipeline.Inference.Models;
using Pipeline.Inference.Prompts;

namespace Pipeline.Inference.LLamaSharp.Tests;

public sealed class GenerationTests(ITestOutputHelper output)
{
    private const int AnswerTokens = 40;
    private const float NearTie = 0.01f; // In logits; the random model's spread over several units.

    private static readonly string[] _texts =
        ["Where is my parcel?", "오늘은 비가 온다", "He lied to me again.", "드디어 합격했어 🎉", "What a strange noise.", "그냥 그래", "Tell me more.", "끝났어?"];

    private readonly CancellationToken _cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Greedy_answers_are_those_of_llama_cpp_alone_and_batched()
    {
        string path = RandomModel.TinyPath;
        await using LocalModel engine = await TestEngine.LoadAsync(modelPath: path);
        using ILanguageModel model = TestEngine.Loader.Load(path, new());
        ChatTokenizer tokenizer = new(model);
        (int Token, float Lead)[][] expected = [.. _texts.Select(text =>
            NativeGreedy.Generate(path, tokenizer.Tokenize([new(ChatRole.User, text)], [], null, false, _cancel).Tokens, AnswerTokens))];
        for (int i = 0; i < _texts.Length; i++)
        {
            (await AnswerAsync(engine, _texts[i])).ShouldBe(Text(model, expected[i].Select(step => step.Token)));
        }

        string[] batched = await Task.WhenAll(_texts.Select(text => AnswerAsync(engine, text)));
        for (int i = 0; i < _texts.Length; i++)
        {
            ShouldAgree(model, expected[i], batched[i]);
        }
    }

    [Fact]
    public async Task Later_turns_find_the_earlier_ones_in_the_cache()
    {
        await using LocalModel engine = await TestEngine.LoadAsync(modelPath: RandomModel.TinyPath);
        LocalChatClient client = Client(engine);
        List<ChatMessage> conversation = [new(ChatRole.System, "You are a patient teacher who explains every step."), new(ChatRole.User, _texts[0])];
        ChatOptions options = new() { Temperature = 0, MaxOutputTokens = 16 };
        ChatResponse first = await client.GetResponseAsync(conversation, options, _cancel);
        conversation.AddRange(first.Messages);
        conversation.Add(new(ChatRole.User, _texts[1]));
        ChatResponse second = await client.GetResponseAsync(conversation, options, _cancel);
        second.Usage!.CachedInputTokenCount!.Value.ShouldBeGreaterThan(8);
        GenerationTimings timings = second.AdditionalProperties![ChatOptionNames.Timings].ShouldBeOfType<GenerationTimings>();
        timings.TimeToFirstToken.ShouldBeInRange(TimeSpan.Zero, timings.Duration);
        timings.TokensPerSecond!.Value.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task Tokens_tell_how_probable_they_were_before_sampling()
    {
        await using LocalModel engine = await TestEngine.LoadAsync(modelPath: RandomModel.TinyPath);
        ChatOptions options = new() { Temperature = 0, MaxOutputTokens = 12, AdditionalProperties = new() { [ChatOptionNames.TopLogprobs] = 5 } };

        ChatResponse response = await Client(engine).GetResponseAsync([new(ChatRole.User, _texts[1])], options, _cancel);

        var tokens = response.AdditionalProperties![ChatOptionNames.Logprobs].ShouldBeAssignableTo<IReadOnlyList<GeneratedToken>>()!;
        tokens.Count.ShouldBe(12);
        foreach (GeneratedToken token in tokens)
        {
            // Greedy: the token is the most probable one.
            token.Likely[0].Bytes.ShouldBe(token.Bytes);
            token.Likely[0].LogProbability.ShouldBe(token.LogProbability);
            token.Likely.Select(likely => likely.LogProbability).ShouldBeInOrder(SortDirection.Descending);
            token.Likely.Count.ShouldBe(5);
            token.Likely.Sum(likely => Math.Exp(likely.LogProbability)).ShouldBeInRange(0, 1 + 1e-6);
        }
    }

    [Fact]
    public async Task Streamed_response_carries_what_a_whole_one_does()
    {
        await using LocalModel engine = await TestEngine.LoadAsync(modelPath: RandomModel.TinyPath);
        ChatResponse response = await Client(engine).GetStreamingResponseAsync([new(ChatRole.User, _texts[0])], new() { MaxOutputTokens = 8 }, _cancel)
            .ToChatResponseAsync(_cancel);
        response.AdditionalProperties![ChatOptionNames.Timings].ShouldBeOfType<GenerationTimings>();
        response.Usage!.OutputTokenCount.ShouldBe(8);
        response.Messages.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Conversation_beyond_the_context_loses_its_oldest_turns_and_says_how_many()
    {
        await using LocalModel engine = await TestEngine.LoadAsync(new() { ContextTokens = 512, BatchTokens = 256 }, RandomModel.TinyPath);
        List<ChatMessage> conversation = [new(ChatRole.System, "Be brief.")];
        for (int turn = 0; turn < 20; turn++)
        {
            conversation.Add(new(ChatRole.User, $"Question {turn}: {_texts[turn % _texts.Length]}"));
            conversation.Add(new(ChatRole.Assistant, $"Answer {turn}."));
        }

        conversation.Add(new(ChatRole.User, "And now?"));
        ChatResponse response = await Client(engine).GetResponseAsync(conversation, new() { Temperature = 0, MaxOutputTokens = 64 }, _cancel);
        response.Usage!.InputTokenCount!.Value.ShouldBeInRange(100, 512 - 64);
        int dropped = response.AdditionalProperties![ChatOptionNames.DroppedMessages].ShouldBeOfType<int>();
        dropped.ShouldBeInRange(2, 38);
        (dropped % 2).ShouldBe(0, "question and answer leave together");

        string endless = string.Concat(Enumerable.Repeat(_texts[0], 100));
        PromptTooLongException error = await Should.ThrowAsync<PromptTooLongException>(
            Client(engine).GetResponseAsync([new(ChatRole.User, endless)], cancellationToken: _cancel));
        error.TokensMax.ShouldBe(511);
    }

    [Fact]
    public async Task Conversation_beyond_its_budget_loses_its_oldest_turns_although_the_context_would_hold_them()
    {
        await using LocalModel engine = await TestEngine.LoadAsync(modelPath: RandomModel.TinyPath);
        ChatMessage[] conversation =
        [
            new(ChatRole.System, "Be brief."), new(ChatRole.User, _texts[0]), new(ChatRole.Assistant, _texts[1]), new(ChatRole.User, "And now?"),
        ];
        ChatOptions Budget(int? tokens) =>
            new() { MaxOutputTokens = 4, AdditionalProperties = tokens is { } most ? new() { [ChatOptionNames.PromptTokensMax] = most } : null };

        int whole = (int)(await Client(engine).GetResponseAsync(conversation, Budget(null), _cancel)).Usage!.InputTokenCount!;
        ChatResponse kept = await Client(engine).GetResponseAsync(conversation, Budget(whole), _cancel);
        ChatResponse cut = await Client(engine).GetResponseAsync(conversation, Budget(whole - 1), _cancel);

        kept.Usage!.InputTokenCount.ShouldBe(whole);
        kept.AdditionalProperties!.ShouldNotContainKey(ChatOptionNames.DroppedMessages);
        cut.Usage!.InputTokenCount!.Value.ShouldBeLessThan(whole);
        cut.AdditionalProperties![ChatOptionNames.DroppedMessages].ShouldBe(2);
    }

    [Fact]
    public async Task Schema_answer_that_never_fits_fails_after_one_larger_try()
    {
        await using LocalModel engine = await TestEngine.LoadAsync(modelPath: RandomModel.TinyPath);
        ChatOptions options = new() { Temperature = 1.2f, Seed = 1, MaxOutputTokens = 4, ResponseFormat = Verdict };
        AnswerTruncatedException error = await Should.ThrowAsync<AnswerTruncatedException>(
            Client(engine).GetResponseAsync([new(ChatRole.User, _texts[0])], options, _cancel));
        error.Tokens.ShouldBe(8);
    }

    [Fact]
    public async Task Schema_that_cannot_be_kept_is_refused_before_the_engine_sees_it()
    {
        await using LocalModel engine = await TestEngine.LoadAsync(modelPath: RandomModel.TinyPath);
        ChatOptions options = new() { ResponseFormat = ChatResponseFormat.ForJsonSchema(JsonElement.Parse("""{"type":"objekt"}""")) };
        (await Should.ThrowAsync<ArgumentException>(Client(engine).GetResponseAsync([new(ChatRole.User, "x")], options, _cancel))).Message.ShouldContain("objekt");
    }

    [Fact]
    public async Task Thousands_of_constrained_answers_validate_or_are_told_truncated_in_flat_memory()
    {
        // 2,000 in a minute; PIPELINE_TEST_GENERATIONS=10000 for the long run.
        int count = int.TryParse(Environment.GetEnvironmentVariable("PIPELINE_TEST_GENERATIONS"), out int asked) ? asked : 2_000;
        await using LocalModel engine = await TestEngine.LoadAsync(new() { SequencesMax = 64, BatchTokens = 512 }, RandomModel.TinyPath);
        LocalChatClient client = Client(engine);
        int whole = 0, truncated = 0;
        long before = 0;

        // Tiered compilation and the allocator's arenas settle in the first few hundred answers; a leak goes on after them.
        int warmUp = Math.Max(count / 10, 500);
        for (int done = 0; done < count; done += 100)
        {
            if (done == warmUp)
            {
                before = TestEngine.ResidentBytes();
            }

            string?[] answers = await Task.WhenAll(Enumerable.Range(done, 100).Select(seed => AnswerOrNullAsync(client, seed)));
            truncated += answers.Count(answer => answer is null);
            foreach (string answer in answers.OfType<string>())
            {
                ShouldBeVerdict(answer);
                whole++;
            }
        }

        long after = TestEngine.ResidentBytes();
        output.WriteLine($"{whole} whole, {truncated} truncated; resident {before >> 20} MiB after {warmUp}, {after >> 20} MiB at the end");
        whole.ShouldBeGreaterThan(count / 2);
        (whole + truncated).ShouldBe(count);
        ((double)after / before).ShouldBeInRange(0.5, 1.05);
    }

    private static ChatResponseFormat Verdict { get; } = ChatResponseFormat.ForJsonSchema(JsonElement.Parse("""
        {
          "type": "object",
          "properties": {
            "emotion": { "type": "string", "enum": ["joy", "sadness", "기쁨"] },
            "score": { "type": "integer", "minimum": 0, "maximum": 10 },
            "reason": { "type": "string", "maxLength": 12 },
            "tags": { "type": "array", "items": { "type": "boolean" }, "maxItems": 3 }
          },
          "required": ["emotion", "score", "reason"],
          "additionalProperties": false
        }
        """));

    private static void ShouldBeVerdict(string answer)
    {
        JsonElement json = JsonElement.Parse(answer);
        json.GetProperty("emotion").GetString().ShouldBeOneOf("joy", "sadness", "기쁨");
        json.GetProperty("score").GetInt32().ShouldBeInRange(0, 10);
        json.GetProperty("reason").GetString()!.EnumerateRunes().Count().ShouldBeLessThanOrEqualTo(12);
        if (json.TryGetProperty("tags", out JsonElement tags))
        {
            tags.EnumerateArray().Count().ShouldBeLessThanOrEqualTo(3);
            tags.EnumerateArray().ShouldAllBe(tag => tag.ValueKind == JsonValueKind.True || tag.ValueKind == JsonValueKind.False);
        }

        json.EnumerateObject().Select(property => property.Name).ShouldBeSubsetOf(["emotion", "score", "reason", "tags"]);
    }

    private async Task<string?> AnswerOrNullAsync(LocalChatClient client, int seed)
    {
        try
        {
            ChatOptions options = new() { Temperature = 1.2f, Seed = seed, MaxOutputTokens = 32, ResponseFormat = Verdict };
            return (await client.GetResponseAsync([new(ChatRole.User, _texts[seed % _texts.Length])], options, _cancel)).Text;
        }
        catch (AnswerTruncatedException)
        {
            return null;
        }
    }

    private async Task<string> AnswerAsync(LocalModel engine, string text) =>
        (await Client(engine).GetResponseAsync([new(ChatRole.User, text)], new() { Temperature = 0, MaxOutputTokens = AnswerTokens }, _cancel)).Text;

    private static LocalChatClient Client(LocalModel engine) => engine.Chat;

    /// <summary>Another batch shape takes other kernels: the answers may part at a token that had hardly a lead, and only there.</summary>
    private static void ShouldAgree(ILanguageModel model, (int Token, float Lead)[] expected, string actual)
    {
        int agreed = Enumerable.Range(0, expected.Length)
            .TakeWhile(i => actual.StartsWith(Text(model, expected.Take(i + 1).Select(step => step.Token)), StringComparison.Ordinal))
            .Count();
        agreed.ShouldBeGreaterThan(0);
        if (agreed < expected.Length)
        {
            expected[agreed].Lead.ShouldBeLessThan(NearTie, $"token {agreed} of \"{actual}\"");
        }
    }

    /// <summary>What the engine makes of the tokens: up to the end of the turn, without half a character.</summary>
    private static string Text(ILanguageModel model, IEnumerable<int> tokens)
    {
        StopText text = new([]);
        foreach (int token in tokens.TakeWhile(token => !model.IsEndOfGeneration(token)))
        {
            text.Append(model.GetTokenBytes(token));
        }

        text.Flush();
        return text.Text;
    }
}
