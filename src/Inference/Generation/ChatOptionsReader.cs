using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Pipeline.Inference.Tools;

namespace Pipeline.Inference.Generation;

/// <summary>Reads and checks <see cref="ChatOptions"/>; every refusal names the option and its value.</summary>
internal static class ChatOptionsReader
{
    /// <summary>Most stop strings of a request.</summary>
    public const int StopsMax = 16;

    private const double DefaultTemperature = 0.7;
    private const double DefaultTopP = 0.95;
    private const int DefaultTopK = 40;

    /// <param name="messages">The conversation.</param>
    /// <param name="options">Null takes every default.</param>
    /// <param name="outputTokensMax">For requests that set no limit.</param>
    /// <exception cref="ArgumentException">An option is out of range or not supported.</exception>
    public static GenerationRequest Read(IEnumerable<ChatMessage> messages, ChatOptions? options, int outputTokensMax)
    {
        options ??= new();
        return new()
        {
            Messages = [.. Instructions(options), .. messages],
            Sampling = ReadSampling(options),
            TokensMax = (int)InRange("MaxOutputTokens", options.MaxOutputTokens ?? outputTokensMax, 1, int.MaxValue),
            PromptTokensMax = Number(options, ChatOptionNames.PromptTokensMax) is { } room
                ? (int)InRange(ChatOptionNames.PromptTokensMax, room, 1, int.MaxValue)
                : null,
            Stops = ReadStops(options),
            Tools = ToolOffer.Read(options),
            KeepsMessages = Extra(options, ChatOptionNames.KeepsMessages) is true,
            Json = options.ResponseFormat as ChatResponseFormatJson,
            Thinking = options is { Reasoning.Effort: not (null or ReasoningEffort.None), ResponseFormat: not ChatResponseFormatJson, Tools: null or [] },
            LikelyTokens = Number(options, ChatOptionNames.TopLogprobs) is { } likely
                ? (int)InRange(ChatOptionNames.TopLogprobs, likely, 0, GeneratedToken.LikelyMax)
                : null,
            Priority = Extra(options, ChatOptionNames.Priority) is RequestPriority priority ? priority : RequestPriority.Interactive,
            Cache = Extra(options, ChatOptionNames.Cache) is CacheScope cache ? cache : default,
        };
    }

    private static IEnumerable<ChatMessage> Instructions(ChatOptions options) =>
        string.IsNullOrEmpty(options.Instructions) ? [] : [new(ChatRole.System, options.Instructions)];

    private static SamplingSettings ReadSampling(ChatOptions options) => new()
    {
        Temperature = InRange("Temperature", options.Temperature ?? DefaultTemperature, 0, 10),
        TopK = (int)InRange("TopK", options.TopK ?? DefaultTopK, 0, int.MaxValue),
        TopP = InRange("TopP", options.TopP ?? DefaultTopP, 0, 1),
        MinP = InRange(ChatOptionNames.MinP, Number(options, ChatOptionNames.MinP) ?? 0, 0, 1),
        RepeatPenalty = InRange(ChatOptionNames.RepeatPenalty, Number(options, ChatOptionNames.RepeatPenalty) ?? 1, 0.01, 100),
        PresencePenalty = InRange("PresencePenalty", options.PresencePenalty ?? 0, -10, 10),
        FrequencyPenalty = InRange("FrequencyPenalty", options.FrequencyPenalty ?? 0, -10, 10),
        Seed = options.Seed,
    };

    private static string[] ReadStops(ChatOptions options)
    {
        string[] stops = [.. options.StopSequences ?? []];
        if (stops.Length > StopsMax || stops.Any(string.IsNullOrEmpty))
        {
            throw new ArgumentException($"StopSequences has {stops.Length} entries; give at most {StopsMax}, none of them empty.", nameof(options));
        }

        return stops;
    }

    private static double InRange(string name, double value, double least, double most) =>
        value >= least && value <= most
            ? value
            : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{name} is {value}; give {least} to {most}."), nameof(value));

    private static double? Number(ChatOptions options, string name) => Extra(options, name) switch
    {
        null => null,
        JsonElement { ValueKind: JsonValueKind.Number } number => number.GetDouble(),
        IConvertible and not string and var number => Convert.ToDouble(number, CultureInfo.InvariantCulture),
        var other => throw new ArgumentException($"{name} is {other}; give a number.", nameof(options)),
    };

    private static object? Extra(ChatOptions options, string name) => options.AdditionalProperties?.GetValueOrDefault(name);
}
