using Microsoft.Extensions.AI;

namespace Pipeline.Inference.Tools;

/// <summary>A piece of a streamed call of a function; the abstraction has whole calls only.</summary>
/// <param name="index">The place among the calls of the answer.</param>
/// <param name="name">The function, in the first piece; null in all further ones.</param>
/// <param name="arguments">What is to be appended to the JSON text of the arguments.</param>
public sealed class ToolCallPiece(int index, string? name, string arguments) : AIContent
{
    public int Index => index;

    public string? Name => name;

    public string Arguments => arguments;
}
