using System.Text.Json;
using Pipeline.Inference.Structured.Rules;
using Pipeline.Inference.Structured.Schemas;

namespace Pipeline.Inference.Structured;

/// <summary>
/// What an answer may be, byte by byte. Immutable and thread-safe: compile a schema once and keep it.
/// Answers are compact JSON, with at most one space after a colon or comma, and any text unescaped.
/// </summary>
public sealed class JsonGrammar
{
    private JsonGrammar(Rule start, long work) => (Start, Work) = (start, work);

    /// <summary>Any JSON object, nested at most <see cref="JsonSchemaLimits.NestingMax"/> deep.</summary>
    public static JsonGrammar AnyObject { get; } = new(AnyJson.Object, 0);

    internal Rule Start { get; }

    /// <summary>An answer that may call functions.</summary>
    internal static JsonGrammar OfTurn(ToolTurnRule turn) => new(turn, 0);

    /// <summary>Steps that it took to compile.</summary>
    internal long Work { get; }

    /// <summary>
    /// Compiles a JSON schema. Objects are closed and give their properties in the schema's order; one without any properties
    /// keyword is any object, and additionalProperties with a schema makes a map. oneOf needs alternatives that clearly exclude
    /// each other. Titles, descriptions, defaults and examples are ignored.
    /// </summary>
    /// <exception cref="JsonSchemaException">The schema is invalid, beyond a limit, or has a keyword that cannot be enforced.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits for it any more.</exception>
    public static JsonGrammar Compile(JsonElement schema, CancellationToken cancellationToken)
    {
        SchemaCompiler compiler = new(schema, cancellationToken);
        Rule start = compiler.Compile();
        return new(start, compiler.Work);
    }
}

/// <summary>Bounds of schemas and of the answers they allow. Schemas may come from clients.</summary>
public static class JsonSchemaLimits
{
    /// <summary>Longest schema, in characters.</summary>
    public const int SchemaLengthMax = 65_536;

    /// <summary>
    /// Most steps of compiling a schema, of some tens of nanoseconds each, so that none takes longer than <see cref="CompileTimeMax"/>.
    /// A schema that is only long takes some ten steps a character; one whose parts refer to each other in every possible way is refused here.
    /// </summary>
    public const long WorkMax = 1_000_000;

    /// <summary>Longest time that compiling takes of an idle core: whoever sends a schema is told of a fault at once, and holds up nobody.</summary>
    public static readonly TimeSpan CompileTimeMax = TimeSpan.FromMilliseconds(100);

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
