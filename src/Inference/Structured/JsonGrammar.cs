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
