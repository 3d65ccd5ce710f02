using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pipeline.Console.Languages;
using Pipeline.Console.Pages;

namespace Pipeline.Console.Access;

/// <summary><c>/login</c>, <c>/logout</c>, <c>/language</c>: what nobody has to be logged in for.</summary>
internal static class Login
{
    public const string Path = "/login";
    public const string Key = "key";
    public const string Back = "_back";

    public static string PathBackTo(string path) => $"{Path}?{Back}={Uri.EscapeDataString(path)}";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, IResult (HttpContext _) => new ScreenResult<LoginPage>()).ExcludeFromDescription();
        routes.MapPost(Path, EnterAsync).ExcludeFromDescription();
        routes.MapPost("/logout", LeaveAsync).ExcludeFromDescription();
        // As a delegate: what takes a context alone would be taken for one that answers by itself.
        routes.MapPost("/language", (Delegate)ChooseLanguageAsync).ExcludeFromDescription();
    }

    private static async Task<IResult> EnterAsync(HttpContext context, Visitors visitors)
    {
        var form = await context.ReadConsoleFormAsync();
        if (form is null)
        {
            return ScreenResult<Refusal>.Forged;
        }

        return await visitors.EnterAsync(context, form[Key].ToString().Trim())
            ? Results.Redirect(LocalPath.Of(form[Back]))
            : new ScreenResult<LoginPage>(StatusCodes.Status401Unauthorized);
    }

    private static async Task<IResult> LeaveAsync(HttpContext context, Visitors visitors)
    {
        if (await context.ReadConsoleFormAsync() is null)
        {
            return ScreenResult<Refusal>.Forged;
        }

        await visitors.LeaveAsync(context);
        return Results.Redirect(Path);
    }

    private static async Task<IResult> ChooseLanguageAsync(HttpContext context)
    {
        if (await context.ReadConsoleFormAsync() is not { } form)
        {
            return ScreenResult<Refusal>.Forged;
        }

        Wording.Remember(context, form["language"].ToString());
        return Results.Redirect(LocalPath.Of(form[Back]));
    }
}
