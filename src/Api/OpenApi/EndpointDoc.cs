using Pipeline.Api.Problems;

namespace Pipeline.Api.OpenApi;

/// <summary>What the OpenAPI document says of an endpoint. Endpoints read their input themselves, so nothing can be inferred.</summary>
internal sealed record EndpointDoc
{
    /// <summary>The operation id, from which client generators make method names.</summary>
    public required string Name { get; init; }

    public required string Tag { get; init; }

    public required string Summary { get; init; }

    public string? Description { get; init; }

    public BodyDoc? Body { get; init; }

    public IReadOnlyList<ParameterDoc> Parameters { get; init; } = [];

    public required IReadOnlyList<AnswerDoc> Answers { get; init; }

    public IReadOnlyList<ProblemType> Problems { get; init; } = [];

    /// <summary>The shape of its failures, where they are no problem documents.</summary>
    public Type? ErrorType { get; init; }

    /// <summary>Whether a client has to be known.</summary>
    public bool NeedsKey { get; init; } = true;
}

/// <param name="Examples">Name and JSON; each is a request that is accepted.</param>
internal sealed record BodyDoc(Type Type, IReadOnlyList<(string Name, string Json)> Examples)
{
    /// <summary>Types whose fields it takes beside those of the first, or instead of those of the same name.</summary>
    public IReadOnlyList<Type> Also { get; init; } = [];

    /// <summary>Whether the endpoint takes a request without a body as well.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Whether it is a form (multipart/form-data) instead of JSON.</summary>
    public bool IsForm { get; init; }

    /// <summary>A form (multipart/form-data) that the endpoint takes as well; null: none.</summary>
    public Type? Form { get; init; }

    /// <summary>An example of the same as one value a line, where the endpoint takes that as well.</summary>
    public string? Lines { get; init; }
}

/// <param name="In">header, query or path.</param>
internal sealed record ParameterDoc(string In, string Name, string Description, string? Example = null);

/// <param name="Type">Null for an answer without a body.</param>
internal sealed record AnswerDoc(int Status, string Description, Type? Type = null, string Example = "")
{
    /// <summary>Another than JSON; the example is then the text itself.</summary>
    public string MediaType { get; init; } = "application/json";

    public IReadOnlyList<(string Name, string Description)> Headers { get; init; } = [];

    /// <summary>The same answer as another media type; null: there is none.</summary>
    public (string MediaType, Type Type, string Example)? Also { get; init; }
}
