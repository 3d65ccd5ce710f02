using System.Text;
using System.Text.Json;
using Pipeline.Inference.Structured;

namespace Pipeline.Inference.Tests.Structured;

/// <summary>Reads whole answers byte by byte.</summary>
internal static class Answers
{
    private static readonly GrammarVocabulary Bytes = new(new ByteLanguageModel());

    public static JsonGrammar Grammar(string schema) => JsonGrammar.Compile(JsonDocument.Parse(schema).RootElement, TestContext.Current.CancellationToken);

    public static bool Accepts(string schema, string answer) => Accepts(Grammar(schema), answer);

    public static bool Accepts(JsonGrammar grammar, string answer) => After(grammar, Encoding.UTF8.GetBytes(answer)) is { CanEnd: true };

    /// <summary>The constraint behind these bytes; null when one of them is not allowed.</summary>
    public static JsonConstraint? After(JsonGrammar grammar, ReadOnlySpan<byte> bytes)
    {
        JsonConstraint constraint = new(grammar, Bytes);
        foreach (byte next in bytes)
        {
            if (!constraint.Allows(next))
            {
                return null;
            }

            constraint.Accept(next);
        }

        return constraint;
    }
}
