using System.Collections.Concurrent;
using Microsoft.Extensions.AI;
using Pipeline.Inference.Models;
using Pipeline.Inference.Prompts;
using Pipeline.Inference.Scheduling;

namespace Pipeline.Inference.Scoring;

/// <summary>Label scoring on the local batch: validates and tokenizes on the caller's thread, then waits for the loop.</summary>
/// <param name="adapter">As the decoder counts them.</param>
internal sealed class LabelScorer(ILanguageModel model, int contextTokens, SubmissionQueue<InferenceTask> submissions, int adapter = 0) : ILabelScorer
{
    private const int BiasesMax = 256;

    private readonly ChatTokenizer _tokenizer = new(model);
    private readonly ConcurrentDictionary<string, double[]> _biases = new(StringComparer.Ordinal);

    public async Task<LabelScores> ScoreAsync(LabelScoringRequest request, CancellationToken cancellationToken)
    {
        request.Validate();
        cancellationToken.ThrowIfCancellationRequested();
        double[]? bias = request.ContentFree is null ? null : await BiasAsync(request, cancellationToken);
        Scored scored = await RunAsync(request, cancellationToken);
        return new LabelScores
        {
            Labels = LabelScore.Distribution(request, scored.Outcome.LogProbabilities, bias),
            PromptTokens = scored.PromptTokens,
            CachedTokens = scored.Outcome.CachedTokens,
            Model = model.Info.Name,
        };
    }

    private async Task<Scored> RunAsync(LabelScoringRequest request, CancellationToken cancellationToken)
    {
        TokenizedChat chat = _tokenizer.Tokenize(request.Messages, request.Labels, tools: null, thinking: false, cancellationToken);
        IReadOnlyList<int[]> labels = EndWherePrefixes(chat.Answers);
        CheckLength(request, chat.Tokens.Length, chat.Tokens.Length + labels.Sum(label => label.Length - 1));

        ScoringTask task = new(chat.Tokens, chat.SharedTokens, labels, request.Priority) { Cache = request.Cache, Adapter = adapter };
        using CancellationTokenRegistration registration = cancellationToken.Register(() => task.Cancel(cancellationToken));
        await submissions.AddAsync(task, task.Priority, cancellationToken);
        return new(await task.Completion, chat.Tokens.Length);
    }

    /// <summary>Log-probabilities of the labels after the content-free prompt, computed once.</summary>
    private async Task<double[]> BiasAsync(LabelScoringRequest request, CancellationToken cancellationToken)
    {
        IReadOnlyList<ChatMessage> messages = request.ContentFree!;
        string key = string.Join('\0', [.. messages.SelectMany(message => (string[])[message.Role.Value, message.Text]), .. request.Labels]);
        if (_biases.TryGetValue(key, out double[]? known))
        {
            return known;
        }

        double[] bias = (await RunAsync(request with { Messages = messages }, cancellationToken)).Outcome.LogProbabilities;
        if (_biases.Count >= BiasesMax)
        {
            _biases.Clear(); // A host has a handful of prompts; this only bounds the memory.
        }

        return _biases[key] = bias;
    }

    private void CheckLength(LabelScoringRequest request, int promptTokens, int totalTokens)
    {
        if (promptTokens > request.PromptTokensMax)
        {
            throw new PromptTooLongException(promptTokens, request.PromptTokensMax.Value, "Shorten or split the text.");
        }

        // Cells the labels need count too; the longest position is what the model must have been trained for.
        int roomForPrompt = Math.Min(contextTokens, model.Info.ContextTokensTrained) - (totalTokens - promptTokens);
        if (promptTokens > roomForPrompt)
        {
            string remedy = contextTokens < model.Info.ContextTokensTrained
                ? "Shorten the text or raise Inference:ContextTokens."
                : $"Shorten the text or take a model with a longer context than {model.Info.Name}.";
            throw new PromptTooLongException(promptTokens, roomForPrompt, remedy);
        }
    }

    /// <summary>
    /// "joy" would also collect the probability of "joyful". Where one label's tokens begin another's, all are scored
    /// together with the end of the turn.
    /// </summary>
    private IReadOnlyList<int[]> EndWherePrefixes(IReadOnlyList<int[]> labels)
    {
        bool anyPrefix = labels.Any(label => labels.Any(other => other.Length > label.Length && other.AsSpan().StartsWith(label)));
        return anyPrefix && model.Info.EndOfTurnToken is int end ? [.. labels.Select(label => (int[])[.. label, end])] : labels;
    }

    private sealed record Scored(ScoringOutcome Outcome, int PromptTokens);
}
