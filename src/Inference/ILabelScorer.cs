namespace Pipeline.Inference;

/// <summary>
/// Upper seam for classification: how probable a model finds each label as its answer to a prompt.
/// Costs one prefill and no generation, and the answer is always one of the labels.
/// </summary>
public interface ILabelScorer
{
    /// <summary>Scores every label of the request.</summary>
    /// <exception cref="PromptTooLongException">The prompt has more tokens than the request or the engine allows.</exception>
    /// <exception cref="ArgumentException">No labels, an empty label, a label twice, or a temperature out of range.</exception>
    /// <exception cref="InferenceException">The decoder failed on this request; others are not affected.</exception>
    /// <exception cref="OperationCanceledException">The token was canceled; the sequence leaves the batch within one step.</exception>
    Task<LabelScores> ScoreAsync(LabelScoringRequest request, CancellationToken cancellationToken);
}
