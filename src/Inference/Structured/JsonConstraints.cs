using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Pipeline.Inference.Models;
using Pipeline.Inference.Structured.Rules;
using Pipeline.Inference.Structured.Schemas;

namespace Pipeline.Inference.Structured;

/// <summary>Constraints of one model. The vocabulary is read at the first structured request, each schema compiled once.</summary>
internal sealed class JsonConstraints(ILanguageModel model)
{
    /// <summary>Compiled schemas kept; a host has a handful, but callers may send their own.</summary>
    private const int GrammarsMax = 256;

    private readonly Lazy<GrammarVocabulary> _vocabulary = new(() => new(model));
    private readonly ConcurrentDictionary<string, JsonGrammar> _grammars = new(StringComparer.Ordinal);

    /// <summary>The constraint of one answer; null when any text will do.</summary>
    /// <exception cref="JsonSchemaException">The schema is invalid or cannot be kept.</exception>
    public ITokenConstraint? For(ChatResponseFormatJson? format) =>
        format is null ? null : new JsonConstraint(format.Schema is { } schema ? Grammar(schema) : JsonGrammar.AnyObject, _vocabulary.Value);

    private JsonGrammar Grammar(JsonElement schema)
    {
        string text = schema.GetRawText();
        if (_grammars.TryGetValue(text, out JsonGrammar? known))
        {
            return known;
        }

        JsonGrammar grammar = JsonGrammar.Compile(schema);
        if (_grammars.Count >= GrammarsMax)
        {
            _grammars.Clear(); // Compiling again is cheap; this only bounds the memory.
        }

        return _grammars[text] = grammar;
    }
}

/// <summary>
/// What an answer may be, byte by byte. Immutable and thread-safe: compile a schema once and keep it.
/// Answers are compact JSON, with at most one space after a colon or comma, and any text unescaped.
/// </summary>
public sealed class JsonGrammar
{
    private JsonGrammar(Rule start) => Start = start;

    /// <summary>Any JSON object, nested at most <see cref="JsonSchemaLimits.NestingMax"/> deep.</summary>
    public static JsonGrammar AnyObject { get; } = new(AnyJson.Object);

    internal Rule Start { get; }

    /// <summary>
    /// Compiles a JSON schema. Objects are closed and give their properties in the schema's order; one without any properties
    /// keyword is any object. oneOf needs alternatives that clearly exclude each other. Titles, descriptions, defaults,
    /// examples and format are ignored.
    /// </summary>
    /// <exception cref="JsonSchemaException">The schema is invalid, beyond a limit, or has a keyword that cannot be enforced.</exception>
    public static JsonGrammar Compile(JsonElement schema) => new(new SchemaCompiler(schema).Compile());
}

/// <summary>Bounds of schemas and of the answers they allow. Schemas may come from clients.</summary>
public static class JsonSchemaLimits
{
    /// <summary>Longest schema, in characters.</summary>
    public const int SchemaLengthMax = 65_536;

    /// <summary>Deepest schema, in levels of its own JSON.</summary>
    public const int SchemaDepthMax = 64;

    /// <summary>Most schemas within a schema.</summary>
    public const int SubschemasMax = 1_000;

    /// <summary>Most properties of an object. Each optional one may be the next to come, so each is a reading of its own.</summary>
    public const int PropertiesMax = 100;

    /// <summary>Objects and arrays within each other in an answer. Bounds recursive schemas and free JSON, so that every answer can end.</summary>
    public const int NestingMax = 32;

    /// <summary>Most digits of a number; every double holds 15 exactly.</summary>
    public const int DigitsMax = 15;

    /// <summary>Ways in which an answer may be read at once where alternatives of anyOf begin alike; further ones are not offered.</summary>
    public const int ReadingsMax = 128;
}

/// <summary>A schema is invalid, or asks for what constrained answers cannot keep. Nothing is silently ignored.</summary>
/// <param name="path">JSON pointer to the keyword, such as "/properties/score/minimum"; empty for the whole schema.</param>
/// <param name="problem">What is wrong, with the value.</param>
/// <param name="remedy">What to change.</param>
public sealed class JsonSchemaException(string path, string problem, string remedy)
    : ArgumentException($"Schema at #{path}: {problem} {remedy}")
{
    /// <summary>JSON pointer to the offending keyword; empty for the whole schema.</summary>
    public string Path => path;

    /// <summary>What is wrong.</summary>
    public string Problem => problem;

    /// <summary>What to change.</summary>
    public string Remedy => remedy;
}
