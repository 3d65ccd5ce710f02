using Microsoft.Extensions.AI;
using Pipeline.Inference.Remote.Labels;

namespace Pipeline.Inference.Remote.Fallback;

/// <summary>
/// The local scorer, and the cloud where it fails: there a model names a label, without a probability
/// (<see cref="LabelScores.ChoiceOnly"/>), and <see cref="LabelScores.FallbackProvider"/> says who.
/// </summary>
internal sealed class FallbackLabelScorer(ILabelScorer local, IChatClient cloud, FallbackGate gate) : ILabelScorer
{
    public Task<LabelScores> ScoreAsync(LabelScoringRequest request, CancellationToken cancellationToken) => gate.AskAsync(
        token => local.ScoreAsync(request, token),
        async token => await LabelChoice.AskAsync(cloud, request, new(), token) with { FallbackProvider = gate.Provider },
        cancellationToken);
}
