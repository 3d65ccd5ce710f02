using System.Text.Json;

namespace Pipeline.Inference.Structured;

/// <summary>Whether answers can be kept to a schema, for processes that accept it and never use it. Only verdicts are kept.</summary>
public sealed class SchemaVerdicts
{
    private const int VerdictsMax = 4_096;

    private readonly SchemaCache<JsonSchemaException?> _verdicts = new(VerdictsMax);

    /// <returns>What is wrong with the schema; null for one that a worker can compile.</returns>
    public JsonSchemaException? Find(JsonElement schema, CancellationToken cancellationToken) =>
        _verdicts.Get(schema, () => (Judge(schema, cancellationToken), 1));

    private static JsonSchemaException? Judge(JsonElement schema, CancellationToken cancellationToken)
    {
        try
        {
            JsonGrammar.Compile(schema, cancellationToken);
            return null;
        }
        catch (JsonSchemaException e)
        {
            return e;
        }
    }
}
