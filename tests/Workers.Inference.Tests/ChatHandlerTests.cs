using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Core.Jobs;
using Pipeline.Inference;
using Pipeline.Inference.Generation;
using Pipeline.Inference.Structured;
using Pipeline.TestSupport.Inference;
using Pipeline.Workers.Inference.Chat;
using Pipeline.Workers.Inference.Generating;

namespace Pipeline.Workers.Inference.Tests;

public sealed class ChatHandlerTests : IDisposable
{
    private readonly ScriptedChatClient _chat = new() { Says = "서울입니다. 🎉" };

    [Fact]
    public async Task The_pieces_of_the_answer_become_its_content()
    {
        var result = await SucceedAsync(new());

        (result.Content, result.FinishReason).ShouldBe(("서울입니다. 🎉", FinishReasons.Stop));
        result.Usage.CompletionTokens.ShouldBe(8);
        result.Timings.QueuedMs.ShouldBe(12);
    }

    [Fact]
    public async Task The_model_that_ships_is_called_small_and_says_what_to_do()
    {
        var result = await SucceedAsync(new());

        result.Model.ShouldBe("small");
        result.Warnings.ShouldHaveSingleItem().ShouldContain("Set Kinds:Chat:Model to an instruct GGUF");
        _chat.Options!.ModelId.ShouldBe("emotion-mini-ko-en");
    }

    [Fact]
    public async Task A_model_that_an_operator_named_has_its_own_name_and_no_warning()
    {
        var result = await SucceedAsync(new() { Model = "/models/qwen.gguf" });

        (result.Model, result.Warnings).ShouldBe(("scripted", null));
        _chat.Options!.ModelId.ShouldBe("qwen");
    }

    [Fact]
    public async Task A_server_is_told_neither_files_nor_priorities()
    {
        var result = await SucceedAsync(new(), backend: InferenceBackend.Remote);

        (result.Model, result.Warnings).ShouldBe(("scripted", null));
        _chat.Options!.ModelId.ShouldBeNull();
        _chat.Options.AdditionalProperties.ShouldBeNull();
    }

    [Fact]
    public async Task The_local_engine_is_told_the_budget_of_a_conversation()
    {
        await SucceedAsync(new(), Job with { ContextTokens = 300 });

        _chat.Options!.AdditionalProperties![ChatOptionNames.PromptTokensMax].ShouldBe(300);
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData(60, 0)]
    [InlineData(40, 2)]
    [InlineData(1, 4)]
    public async Task For_a_server_the_tokens_are_estimated(int? budget, int dropped)
    {
        // 4 tokens a message and one for 3 bytes: 12 for each of these, 5 for the others.
        const string Text = "열다섯 글자의 말";
        PromptMessage[] messages =
        [
            new("system", "S"), new("user", Text), new("assistant", Text), new("user", Text), new("assistant", Text), new("user", "?"),
        ];

        var result = await SucceedAsync(new(), new() { Messages = messages, ContextTokens = budget }, backend: InferenceBackend.Remote);

        _chat.Messages.Select(message => message.Text).ShouldBe([messages[0].Content, .. messages.Skip(1 + dropped).Select(message => message.Content)]);
        (result.Warnings?.Single().Contains($"the {dropped} oldest messages", StringComparison.Ordinal) ?? false).ShouldBe(dropped > 0);
        _chat.Options!.AdditionalProperties.ShouldBeNull();
    }

    [Fact]
    public async Task Wishes_of_the_request_win_over_the_options()
    {
        await SucceedAsync(new() { Temperature = 0.2f, OutputTokensMax = 100 });
        (_chat.Options!.Temperature, _chat.Options.MaxOutputTokens).ShouldBe((0.2f, 100));

        await SucceedAsync(new(), Job with { Temperature = 0, MaxTokens = 7 });
        (_chat.Options!.Temperature, _chat.Options.MaxOutputTokens).ShouldBe((0, 7));
    }

    [Theory]
    [InlineData(0.0, 0.7f, true)]
    [InlineData(0.5, 0f, false)]
    [InlineData(null, 0f, true)]
    [InlineData(null, 0.7f, false)]
    public async Task An_answer_without_randomness_may_be_given_again(double? wish, float option, bool isReproducible) =>
        (await HandleAsync(new() { Temperature = option }, Job with { Temperature = wish }))
            .ShouldBeOfType<JobOutcome.Succeeded>().IsReproducible.ShouldBe(isReproducible);

    [Fact]
    public async Task Subscribers_get_the_pieces_of_the_content()
    {
        var updates = new RecordedUpdates();

        await HandleAsync(new(), Job, InferenceBackend.Local, TestJobs.Interactive with { Updates = updates });

        updates.Pieces.Count.ShouldBeGreaterThan(1);
        string.Concat(updates.Pieces).ShouldBe("서울입니다. 🎉");
    }

    [Fact]
    public async Task Every_wish_reaches_the_model()
    {
        var schema = JsonElement.Parse("""{"type":"string"}""");
        await SucceedAsync(new(), Job with { TopP = 0.5, Seed = 7, Stop = ["end"], PresencePenalty = 1, FrequencyPenalty = -1, TopLogprobs = 3, Schema = schema });

        var wishes = _chat.Options!;
        (wishes.TopP, wishes.Seed, wishes.PresencePenalty, wishes.FrequencyPenalty).ShouldBe((0.5f, 7, 1, -1));
        wishes.StopSequences.ShouldBe(["end"]);
        wishes.AdditionalProperties![ChatOptionNames.TopLogprobs].ShouldBe(3);
        wishes.ResponseFormat.ShouldBeOfType<ChatResponseFormatJson>().Schema.ToString().ShouldBe(schema.ToString());
    }

    [Fact]
    public async Task A_schema_that_can_not_be_followed_is_rejected_with_its_reason()
    {
        _chat.Fail = new JsonSchemaException("$.type", "is \"nothing\"", "Send a type that there is.");

        (await HandleAsync(new(), Job)).ShouldBeOfType<JobOutcome.Rejected>().Reason.ShouldContain("nothing");
    }

    [Fact]
    public async Task A_cut_answer_says_that_it_is()
    {
        var result = await SucceedAsync(new(), Job with { MaxTokens = 2 });

        (result.Content, result.FinishReason).ShouldBe(("서울", FinishReasons.Length));
    }

    [Theory]
    [InlineData(JobPriority.Interactive, RequestPriority.Interactive)]
    [InlineData(JobPriority.Bulk, RequestPriority.Bulk)]
    public async Task The_queue_decides_the_place_in_the_batch(JobPriority queue, RequestPriority expected)
    {
        await HandleAsync(new(), Job, InferenceBackend.Local, TestJobs.Interactive with { Priority = queue });

        _chat.Options!.AdditionalProperties![ChatOptionNames.Priority].ShouldBe(expected);
    }

    [Fact]
    public async Task Only_built_in_instructions_are_computed_for_all_clients_together()
    {
        var builtIn = JobCatalog.Own.Prompts.First(template => template.Kind == CompleteChat.Kind).System;

        (await ScopeAsync(new("system", builtIn), new("user", "My PIN is 1234."))).IsPublic.ShouldBeTrue();
        (await ScopeAsync(new("system", "My PIN is 1234."), new("user", "What is it?"))).IsPublic.ShouldBeFalse();
        (await ScopeAsync(new("system", builtIn), new("user", "My PIN is 1234."), new("assistant", "Fine."), new("user", "What is it?"))).IsPublic.ShouldBeFalse();
        (await ScopeAsync(new("user", builtIn), new("assistant", builtIn), new("user", "a"))).IsPublic.ShouldBeFalse();

        async Task<CacheScope> ScopeAsync(params PromptMessage[] messages)
        {
            await HandleAsync(new(), new() { Messages = messages });
            var scope = _chat.Options!.AdditionalProperties![ChatOptionNames.Cache].ShouldBeOfType<CacheScope>();
            scope.Owner.ShouldBe(TestJobs.Interactive.ClientId.ToString());
            return scope;
        }
    }

    [Fact]
    public void The_count_of_a_cache_that_everybody_shares_is_not_told()
    {
        ChatResponse response = new(new ChatMessage(ChatRole.Assistant, "hi")) { Usage = new() { InputTokenCount = 9, CachedInputTokenCount = 8 } };

        ModelAnswer.Of(response, shipped: null, isLocal: true).Usage.CachedTokens.ShouldBe(8);
        ModelAnswer.Of(response, shipped: null, isLocal: false).Usage.CachedTokens.ShouldBe(0);
    }

    [Fact]
    public async Task Messages_that_are_too_long_are_rejected_with_the_numbers()
    {
        _chat.Fail = new PromptTooLongException(9_000, 8_192, "Send less.");

        (await HandleAsync(new(), Job)).ShouldBeOfType<JobOutcome.Rejected>().Reason.ShouldContain("9000 tokens; at most 8192");
    }

    [Theory]
    [InlineData(Truncations.Disabled, JobErrorCode.ContextLengthExceeded)]
    [InlineData(Truncations.Auto, null)]
    [InlineData(null, null)]
    public async Task Whoever_cuts_the_history_alone_is_told_that_it_does_not_fit(string? truncation, string? code)
    {
        _chat.Fail = new PromptTooLongException(9_000, 8_192, "Send less.");

        var rejected = (await HandleAsync(new(), Job with { Truncation = truncation })).ShouldBeOfType<JobOutcome.Rejected>();

        rejected.Code.ShouldBe(code ?? new JobOutcome.Rejected("any").Code);
        _chat.Options!.AdditionalProperties!.ContainsKey(ChatOptionNames.KeepsMessages).ShouldBe(code is not null);
    }

    [Fact]
    public async Task Conversation_that_the_template_refuses_is_rejected_with_its_words()
    {
        _chat.Fail = new PromptRefusedException("The chat template of m refuses this conversation: Roles must alternate.");

        (await HandleAsync(new(), Job)).ShouldBeOfType<JobOutcome.Rejected>().Reason.ShouldEndWith("Roles must alternate.");
    }

    [Fact]
    public async Task An_engine_that_fails_is_not_the_requests_fault()
    {
        _chat.Fail = new InferenceException("The decoder failed.");

        await Should.ThrowAsync<InferenceException>(() => HandleAsync(new(), Job));
    }

    [Fact]
    public void Messages_that_were_left_out_and_a_cloud_that_answered_are_told()
    {
        ChatResponse response = new(new ChatMessage(ChatRole.Assistant, "hi"))
        {
            ModelId = "claude",
            AdditionalProperties = new() { [ChatOptionNames.DroppedMessages] = 4, ["fallback_provider"] = "Anthropic" },
        };

        var answer = ModelAnswer.Of(response, shipped: "Kinds:Chat", isLocal: true);

        (answer.Model, answer.FallbackProvider).ShouldBe(("claude", "Anthropic"));
        answer.Warnings.ShouldHaveSingleItem().ShouldContain("the 4 oldest messages were left out");
    }

    public void Dispose() => _chat.Dispose();

    private static CompleteChat Job { get; } = new() { Messages = [new("user", "대한민국의 수도는?")] };

    private async Task<ChatResult> SucceedAsync(ChatJobOptions options, CompleteChat? job = null, InferenceBackend backend = InferenceBackend.Local) =>
        JsonSerializer.Deserialize(
            (await HandleAsync(options, job ?? Job, backend)).ShouldBeOfType<JobOutcome.Succeeded>().ResultJson, CompleteChat.ResultJson)!;

    private Task<JobOutcome> HandleAsync(ChatJobOptions options, CompleteChat job, InferenceBackend backend = InferenceBackend.Local, JobContext? context = null) =>
        new ChatHandler(TestJobs.Model(_chat, backend, options.Model), Options.Create(options), TimeProvider.System)
            .HandleAsync(job, context ?? TestJobs.Interactive, CancellationToken.None);
}
