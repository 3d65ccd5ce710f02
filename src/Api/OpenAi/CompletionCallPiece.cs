namespace Pipeline.Api.OpenAi;

/// <summary>A piece of a call: the first one has its id and the function, all further ones only arguments.</summary>
/// <param name="Index">The place among the calls.</param>
internal sealed record CompletionCallPiece(int Index, CompletionArguments Function)
{
    public string? Id { get; init; }

    public string? Type { get; init; }
}

/// <param name="Arguments">A piece of a JSON object, as text.</param>
internal sealed record CompletionArguments(string Arguments, string? Name = null);
