using Microsoft.AspNetCore.Http;

namespace Pipeline.Console.Access;

/// <summary>What a browser that is logged in sends. No script reads it, and no other site makes a browser send it.</summary>
internal static class SessionCookie
{
    public const string Name = "pipeline-session";

    private const int LengthMax = 100;

    public static string? Read(HttpContext context) => context.Request.Cookies[Name] is { Length: > 0 and <= LengthMax } token ? token : null;

    public static void Write(HttpContext context, string token, TimeSpan length)
    {
        var cookie = Options(context);
        cookie.MaxAge = length;
        context.Response.Cookies.Append(Name, token, cookie);
    }

    public static void Delete(HttpContext context) => context.Response.Cookies.Delete(Name, Options(context));

    /// <summary>Those of every cookie here.</summary>
    public static CookieOptions Options(HttpContext context) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        Path = "/",
        IsEssential = true,
    };
}
