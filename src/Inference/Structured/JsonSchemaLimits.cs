namespace Pipeline.Inference.Structured;

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
