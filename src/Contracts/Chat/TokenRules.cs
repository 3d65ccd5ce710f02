using System.Globalization;
using System.Text.Json;

namespace Pipeline.Contracts;

/// <summary>The checks of what a client may say about which tokens an answer is made of.</summary>
public static class TokenRules
{
    /// <summary>Most texts that end an answer.</summary>
    public const int StopsMax = 16;

    /// <summary>Most tokens that an answer names for each place.</summary>
    public const int TopLogprobsMax = 20;

    private const double PenaltyMax = 2;
    private const int StopLengthMax = 256;

    /// <summary>Problems of a chat.</summary>
    public static IEnumerable<InputProblem> Choice(CompleteChat chat)
    {
        if (chat.TopP is < 0 or > 1 or double.NaN)
        {
            yield return new("top_p", string.Create(CultureInfo.InvariantCulture, $"is {chat.TopP}: send 0 to 1."));
        }

        foreach (var (field, penalty) in ((string, double?)[])[("presence_penalty", chat.PresencePenalty), ("frequency_penalty", chat.FrequencyPenalty)])
        {
            if (penalty is < -PenaltyMax or > PenaltyMax or double.NaN)
            {
                yield return new(field, string.Create(CultureInfo.InvariantCulture, $"is {penalty}: send {-PenaltyMax} to {PenaltyMax}."));
            }
        }

        if (chat.ContextTokens is < 1)
        {
            yield return new("context_tokens", $"is {chat.ContextTokens}: send 1 or more, or leave it out.");
        }

        if (chat.TopLogprobs is < 0 or > TopLogprobsMax)
        {
            yield return new("top_logprobs", $"is {chat.TopLogprobs}: send 0 to {TopLogprobsMax}.");
        }

        if (chat.Stop is { } stops && (stops.Count > StopsMax || stops.Any(stop => stop.Length is 0 or > StopLengthMax)))
        {
            yield return new("stop", $"has {stops.Count} texts: send at most {StopsMax}, each of 1 to {StopLengthMax} characters.");
        }

        if (chat.Schema is { ValueKind: not JsonValueKind.Object })
        {
            yield return new("schema", "is not an object: send a JSON schema.");
        }
    }
}
