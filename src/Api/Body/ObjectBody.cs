using System.Text.Json;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Body;

/// <summary>The way of a request whose body is one JSON object.</summary>
internal static class ObjectBody
{
    /// <param name="use">Takes the fields and answers; called only with an object.</param>
    public static async Task<IResult> ReadObjectAsync(this BodyReader bodies, HttpContext context, Func<BodyFields, Task<IResult>> use)
    {
        var reading = await bodies.ReadAsync(context.Request, context.RequestAborted);
        return reading.Root switch
        {
            null => reading.Problem!,
            { ValueKind: JsonValueKind.Object } root => await use(new BodyFields(root, new InputErrors())),
            { } other => Problem.Of(ProblemType.InvalidInput, "body", JsonWords.Mismatch(other, "an object")),
        };
    }
}
