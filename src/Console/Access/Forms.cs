using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Pipeline.Console.Access;

internal static class Forms
{
    private const int FieldsMax = 100;
    private const int BodyBytesMax = 8 * 1_024 * 1_024;

    /// <summary>The form of a page of this server; null where another site may have sent it.</summary>
    public static async Task<IFormCollection?> ReadConsoleFormAsync(this HttpContext context)
    {
        if (!context.Request.HasFormContentType)
        {
            return null;
        }

        try
        {
            FormOptions bounds = new() { ValueCountLimit = FieldsMax, ValueLengthLimit = BodyBytesMax, BufferBodyLengthLimit = BodyBytesMax, MultipartBodyLengthLimit = BodyBytesMax };
            var form = await context.Request.ReadFormAsync(bounds, context.RequestAborted);
            return FormToken.IsRight(context, form) ? form : null;
        }
        catch (InvalidDataException)
        {
            return null; // Larger, or in more fields, than any form here.
        }
    }
}
