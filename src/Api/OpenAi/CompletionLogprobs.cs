using Pipeline.Contracts;

namespace Pipeline.Api.OpenAi;

/// <summary>How probable each token of an answer was.</summary>
internal sealed record CompletionLogprobs(IReadOnlyList<CompletionToken> Content)
{
    /// <summary>Null where none were asked for.</summary>
    public static CompletionLogprobs? Of(ChatResult result) => result.Logprobs is not { } tokens ? null : new(
    [
        .. tokens.Select(token => new CompletionToken(
            token.Token,
            token.Logprob,
            Numbers(token.Bytes),
            [.. token.TopLogprobs.Select(likely => new CompletionLikelyToken(likely.Token, likely.Logprob, Numbers(likely.Bytes)))])),
    ]);

    private static int[] Numbers(byte[] bytes) => [.. bytes.Select(value => (int)value)];
}

/// <param name="Bytes">As numbers, not base64.</param>
internal sealed record CompletionToken(string Token, double Logprob, IReadOnlyList<int> Bytes, IReadOnlyList<CompletionLikelyToken> TopLogprobs);

internal sealed record CompletionLikelyToken(string Token, double Logprob, IReadOnlyList<int> Bytes);
