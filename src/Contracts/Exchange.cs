using System.Text.Json.Serialization;

namespace Pipeline.Contracts;

/// <summary>A question and what was answered.</summary>
public sealed record Exchange([property: JsonRequired] string Question, [property: JsonRequired] string Answer)
{
    internal static IEnumerable<InputProblem> Validate(string field, IReadOnlyList<Exchange> exchanges, InputLimits limits) => exchanges.Count > limits.ExchangesMax
        ? [new(field, $"has {exchanges.Count} elements; at most {limits.ExchangesMax} are accepted (Input:ExchangesMax).")]
        : exchanges.SelectMany((exchange, index) => (IEnumerable<InputProblem>)
        [
            .. TextRules.Required($"{field}[{index}].question", exchange.Question, limits),
            .. TextRules.Required($"{field}[{index}].answer", exchange.Answer, limits),
        ]);
}
