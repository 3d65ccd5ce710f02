using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Pipeline.Console.Access;

/// <summary>
/// What every form carries and no other site can know: a hash of the session, or, where nobody is logged in, of a random cookie of
/// its own. Nothing is stored, and any replica can check it.
/// </summary>
internal static class FormToken
{
    public const string Field = "_token";

    private const string CookieName = "pipeline-form";
    private const int RandomBytes = 32;
    private const int LengthMax = 100;

    /// <summary>The token for the forms of a page; a browser that has no secret yet gets one.</summary>
    public static string Of(HttpContext context)
    {
        if (Secret(context) is { } known)
        {
            return Derive(known);
        }

        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes));
        context.Response.Cookies.Append(CookieName, secret, SessionCookie.Options(context));
        return Derive(secret);
    }

    public static bool IsRight(HttpContext context, IFormCollection form) =>
        Secret(context) is { } secret
        && form[Field] is [{ Length: <= LengthMax } token]
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(Derive(secret)));

    private static string? Secret(HttpContext context) =>
        SessionCookie.Read(context) ?? (context.Request.Cookies[CookieName] is { Length: > 0 and <= LengthMax } secret ? secret : null);

    private static string Derive(string secret) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes("form " + secret)));
}
