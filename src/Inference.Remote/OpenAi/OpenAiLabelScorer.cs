using System.Text;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using OpenAI.Chat;
using Pipeline.Inference.Remote.Labels;

namespace Pipeline.Inference.Remote.OpenAi;

/// <summary>
/// Label scoring on a server that speaks OpenAI's protocol. Scores are read from the log-probabilities of the answer's first
/// token, so they cost a prefill and a token or two. Where a server gives none, or they do not tell the labels apart, the
/// model names a label as JSON and <see cref="LabelScores.ChoiceOnly"/> says so.
/// </summary>
/// <remarks>
/// Prompts are counted by the server: a prompt beyond <see cref="LabelScoringRequest.PromptTokensMax"/> is refused after it
/// was computed. Priorities are the server's affair.
/// </remarks>
public sealed partial class OpenAiLabelScorer(OpenAiChatClient client, ILogger<OpenAiLabelScorer> logger) : ILabelScorer
{
    private const int AlternativesMax = 20; // OpenAI's limit, and vLLM's unless it is started with another.
    private const int AnswerTokensMax = 3; // Some models begin with a space or a line break of its own.
    private const int BadRequest = 400;

    private volatile bool _choosesOnly;

    /// <inheritdoc/>
    public async Task<LabelScores> ScoreAsync(LabelScoringRequest request, CancellationToken cancellationToken)
    {
        request.Validate();
        LabelScores scores = await TryScoreAsync(request, cancellationToken)
            ?? await LabelChoice.AskAsync(client, request, Plain(), cancellationToken);
        return scores.PromptTokens > request.PromptTokensMax
            ? throw new PromptTooLongException(scores.PromptTokens, request.PromptTokensMax.Value, "Shorten or split the text.")
            : scores;
    }

    private async Task<LabelScores?> TryScoreAsync(LabelScoringRequest request, CancellationToken cancellationToken)
    {
        if (_choosesOnly)
        {
            return null;
        }

        ChatOptions options = Plain();
        options.MaxOutputTokens = AnswerTokensMax;
        options.RawRepresentationFactory = _ => new ChatCompletionOptions { IncludeLogProbabilities = true, TopLogProbabilityCount = AlternativesMax };
        ChatResponse answer;
        try
        {
            answer = await client.GetResponseAsync(request.Messages, options, cancellationToken);
        }
        catch (RemoteException e) when (e.Status is BadRequest)
        {
            // Some servers refuse the parameter. If it was something else, the choice is refused as well and says why.
            return await ChooseFromNowOnAsync(request, cancellationToken);
        }

        var tokens = ((ChatCompletion)answer.RawRepresentation!).ContentTokenLogProbabilities;
        if (tokens is not { Count: > 0 } || !tokens.Any(token => token.TopLogProbabilities.Count > 0))
        {
            return await ChooseFromNowOnAsync(request, cancellationToken);
        }

        var first = tokens.FirstOrDefault(token => !LabelToken.Trim(Bytes(token.Token, token.Utf8Bytes).Span).IsEmpty);
        return first is not null && Read(request, first) is { } logProbabilities ? Scores(request, logProbabilities, answer) : null;
    }

    private async Task<LabelScores> ChooseFromNowOnAsync(LabelScoringRequest request, CancellationToken cancellationToken)
    {
        LabelScores choice = await LabelChoice.AskAsync(client, request, Plain(), cancellationToken);
        _choosesOnly = true;
        LogChoosesOnly(logger, client.Endpoint.Name);
        return choice;
    }

    /// <summary>The most probable answer, without thoughts before it.</summary>
    private static ChatOptions Plain() => new() { Temperature = 0, Reasoning = new() { Effort = ReasoningEffort.None } };

    private static double[]? Read(LabelScoringRequest request, ChatTokenLogProbabilityDetails token) => FirstTokenScores.Read(
        [.. request.Labels.Select(Encoding.UTF8.GetBytes)],
        [.. token.TopLogProbabilities.Select(other => (Bytes(other.Token, other.Utf8Bytes), (double)other.LogProbability))]);

    // Half a syllable is a broken character in the token's text and whole in its bytes.
    private static ReadOnlyMemory<byte> Bytes(string text, ReadOnlyMemory<byte>? bytes) => bytes ?? Encoding.UTF8.GetBytes(text);

    private static LabelScores Scores(LabelScoringRequest request, double[] logProbabilities, ChatResponse answer) => new()
    {
        Labels = LabelScore.Distribution(request, logProbabilities),
        PromptTokens = (int)(answer.Usage?.InputTokenCount ?? 0),
        CachedTokens = 0, // A server's cache is everybody's: its count would tell what others sent.
        CompletionTokens = (int)(answer.Usage?.OutputTokenCount ?? 0),
        Model = answer.ModelId ?? "unknown",
    };

    [LoggerMessage(3402, LogLevel.Warning, "{Server} gives no log-probabilities: labels are chosen from now on, and confidences are 1. Start it with log-probabilities to have them scored")]
    private static partial void LogChoosesOnly(ILogger logger, string server);
}
