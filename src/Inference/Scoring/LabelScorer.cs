using Pipeline.Inference.Models;
using Pipeline.Inference.Prompts;
using Pipeline.Inference.Scheduling;

namespace Pipeline.Inference.Scoring;

/// <summary>Label scoring on the local batch: validates and tokenizes on the caller's thread, then waits for the loop.</summary>
internal sealed class LabelScorer(ILanguageModel model, int contextTokens, SubmissionQueue<InferenceTask> submissions) : ILabelScorer
{
    private readonly ChatTokenizer _tokenizer = new(model);

    public async Task<LabelScores> ScoreAsync(LabelScoringRequest request, CancellationToken cancellationToken)
    {
        request.Validate();
        cancellationToken.ThrowIfCancellationRequested();
        TokenizedChat chat = _tokenizer.Tokenize(request.Messages, request.Labels);
        IReadOnlyList<int[]> labels = EndWherePrefixes(chat.Answers);
        CheckLength(request, chat.Tokens.Length, chat.Tokens.Length + labels.Sum(label => label.Length - 1));

        ScoringTask task = new(chat.Tokens, chat.SharedTokens, labels, request.Priority);
        using CancellationTokenRegistration registration = cancellationToken.Register(() => task.Cancel(cancellationToken));
        await submissions.AddAsync(task, task.Priority, cancellationToken);
        ScoringOutcome outcome = await task.Completion;

        return new LabelScores
        {
            Labels = LabelScore.Distribution(request, outcome.LogProbabilities),
            PromptTokens = chat.Tokens.Length,
            CachedTokens = outcome.CachedTokens,
            Model = model.Info.Name,
        };
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
}
