using Microsoft.Extensions.AI;
using Pipeline.Inference.Models;
using Pipeline.Inference.Prompts;
using Pipeline.Inference.Scheduling;
using Pipeline.Inference.Structured;

namespace Pipeline.Inference.Generation;

/// <summary>Answers on the local batch: validates, cuts and tokenizes on the caller's thread, then the loop takes over.</summary>
/// <param name="adapter">As the decoder counts them.</param>
internal sealed class TextGenerator(ILanguageModel model, int contextTokens, SubmissionQueue<InferenceTask> submissions, TimeProvider time, int adapter = 0)
{
    private readonly ChatTokenizer _tokenizer = new(model);
    private readonly JsonConstraints _constraints = new(model);
    private readonly SamplerScratch _scratch = new(model.Info.VocabularySize);
    private readonly int _room = Math.Min(contextTokens, model.Info.ContextTokensTrained);

    /// <summary>Submits a request; returns once it is queued.</summary>
    public async Task<StartedGeneration> StartAsync(GenerationRequest request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // An answer that may be longer than half the context does not cost the conversation more than that half.
        int promptTokensMax = Math.Min(_room - Math.Min(request.TokensMax, _room / 2), request.PromptTokensMax ?? int.MaxValue);
        IReadOnlyList<ChatMessage> kept = request.KeepsMessages ? request.Messages : ConversationCut.Fit(request.Messages, promptTokensMax, messages => Tokenize(messages, request, cancellationToken).Tokens.Length);
        TokenizedChat chat = Tokenize(kept, request, cancellationToken);
        if (chat.Tokens.Length >= _room)
        {
            throw new PromptTooLongException(chat.Tokens.Length, _room - 1, contextTokens < model.Info.ContextTokensTrained
                ? "Shorten the last message or the instructions, or raise Inference:ContextTokens."
                : $"Shorten the last message or the instructions, or take a model with a longer context than {model.Info.Name}.");
        }

        GenerationSpec spec = new(
            Math.Min(request.TokensMax, _room - chat.Tokens.Length), request.Sampling, request.Stops, Constraint(request, cancellationToken),
            request.Streams, model.IsEndOfGeneration, model.GetTokenBytes)
        {
            LikelyTokens = request.LikelyTokens,
        };
        GenerationTask task = new(chat.Tokens, chat.SharedTokens, spec, _scratch, time, request.Priority) { Cache = request.Cache, Adapter = adapter };
        await submissions.AddAsync(task, request.Priority, cancellationToken);
        return new(task, request.Messages.Count - kept.Count);
    }

    private TokenizedChat Tokenize(IReadOnlyList<ChatMessage> messages, GenerationRequest request, CancellationToken cancellationToken) =>
        _tokenizer.Tokenize(messages, [], request.Tools, request.Thinking, cancellationToken);

    private ITokenConstraint? Constraint(GenerationRequest request, CancellationToken cancellationToken) => request.Tools is { } tools
        ? _constraints.For(request.Json, tools, cancellationToken)
        : _constraints.For(request.Json, cancellationToken);
}

/// <summary>A request that the loop has.</summary>
/// <param name="Task">Completes or streams.</param>
/// <param name="DroppedMessages">Messages left out to make the conversation fit.</param>
internal sealed record StartedGeneration(GenerationTask Task, int DroppedMessages);
