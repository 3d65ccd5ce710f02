using Pipeline.Bench.Engine.Measures;
using Pipeline.Bench.Engine.Peers;
using Pipeline.Inference;
using Pipeline.Inference.Models;

namespace Pipeline.Bench.Engine;

/// <summary>
/// The questions of a run. Measures of one question stand together and run one after the other, so that whatever slows
/// the machine down for a while slows all sides of a ratio.
/// </summary>
/// <param name="model">What the bare measures decode with.</param>
/// <param name="engine">Classifies, its instruction in the prefix cache.</param>
/// <param name="empty">An engine without a prefix cache: cached cells cost every step of others, and the sides compared with it have none.</param>
/// <param name="peer">The other side.</param>
/// <param name="workload">What all compute.</param>
/// <param name="sizes">How much of it.</param>
/// <param name="threads">CPU threads of each side.</param>
internal sealed class Contest(
    ILanguageModel model, LocalModel engine, LocalModel empty, NodePeer peer, Workload workload, Sizes sizes, int threads)
{
    private const int TemplateTokensMax = 24; // So that message and template are one batch, as the peer's prompt is.

    public IReadOnlyList<IMeasure[]> Questions() => [.. Sizes.Sequences.Select(Decode), Prefill(), Classify()];

    private IMeasure[] Decode(int sequences)
    {
        int tokens = sizes.TokensAt(sequences);
        IReadOnlyList<string> texts = workload.ShortTexts(sequences, sizes.PromptTokens);
        int[][] prompts = [.. texts.Select(workload.Render)]; // The same for all: every cell of the cache costs each step.
        return
        [
            .. sequences == Sizes.ConstrainedSequences
                ? [new EngineDecode($"engine.constrained{sequences}", empty, texts, tokens, AnswerSchema.Format)]
                : (IMeasure[])[],
            new EngineDecode($"engine.decode{sequences}", empty, texts, tokens),
            new BareDecode(model, prompts, tokens, threads),
            new PeerMeasure(peer, $"decode{sequences}", new("decode") { Prompts = prompts, Tokens = tokens }),
        ];
    }

    private IMeasure[] Prefill()
    {
        string text = workload.ShortTexts(1, Sizes.Prefills[^1] - TemplateTokensMax)[0];
        return
        [
            new EnginePrefill(empty.Chat, text),
            new PeerMeasure(peer, "prefill", new("prefill") { Prompt = workload.Render(text) }),
        ];
    }

    private IMeasure[] Classify() =>
    [
        .. Sizes.Prefills.Select(tokens => new BarePrefill(model, workload.RandomPrompts(1, tokens)[0], workload.Suffixes.Sum(suffix => suffix.Length), threads)),
        new EngineScoring(engine, workload.Requests),
        .. Sizes.AnswersAtATime.Select(sequences => new EngineAnswers(
            sequences, engine.Chat, [.. workload.Requests.Take(sizes.EngineAnswers).Select(request => request.Messages)], AnswerSchema.Format)),
        new PeerMeasure(peer, "json", new("json")
        {
            Prefix = workload.Prefix,
            Texts = [.. workload.Suffixes.Take(sizes.Answers)],
            Tokens = Sizes.AnswerTokens,
            Sequences = sizes.AnswerSequences,
            Schema = AnswerSchema.Create(),
        }),
    ];
}
