using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pipeline.Console.Access;
using Pipeline.Console.Pages;

namespace Pipeline.Console.Calls;

/// <summary>
/// <c>POST /do</c>: what a form of a page wants done, as one call of the API in the name of whoever looks at it. The form names the
/// call; whether it may, and what it means, the API decides.
/// </summary>
internal static class Acts
{
    public const string Path = "/do";

    /// <summary>Method and path of the API, with a space between.</summary>
    public const string Call = "_call";

    /// <summary>What comes after it: "back" (default), "job", the page of the job that was made, or "show", the answer itself.</summary>
    public const string Then = "_then";

    private static readonly string[] Methods = [HttpMethods.Post, HttpMethods.Put, HttpMethods.Patch, HttpMethods.Delete];

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(Path, RunAsync).ExcludeFromDescription();

    private static async Task<IResult> RunAsync(HttpContext context, ApiCalls calls)
    {
        if (await context.ReadConsoleFormAsync() is not { } form || form[Call].ToString().Split(' ', 2) is not [var method, var path]
            || !Methods.Contains(method) || !path.StartsWith("/api/", StringComparison.Ordinal))
        {
            return ScreenResult<Refusal>.Forged;
        }

        var answer = form.Files is [{ Length: > 0 } file]
            ? await SendFileAsync(context, calls, method, path, form, file)
            : await SendFieldsAsync(context, calls, method, path, form);
        var back = LocalPath.Of(form[Login.Back]);
        return answer switch
        {
            { IsSuccess: false } => Show(answer, back, answer.Status),
            _ when form[Then] == "show" => Show(answer, back, StatusCodes.Status200OK),
            _ when form[Then] == "job" && JobOf(answer.Json) is { } id => Results.Redirect($"/jobs/{id}"),
            _ => Results.Redirect(back),
        };
    }

    private static async Task<ApiAnswer> SendFieldsAsync(HttpContext context, ApiCalls calls, string method, string path, IFormCollection form)
    {
        var (body, fault) = FormBody.Read(form);
        return fault ?? await calls.SendAsync(context, method, path, body?.ToUtf8());
    }

    /// <summary>A form with a file goes on as a form.</summary>
    private static async Task<ApiAnswer> SendFileAsync(HttpContext context, ApiCalls calls, string method, string path, IFormCollection form, IFormFile file)
    {
        using MultipartFormDataContent sent = [];
        foreach (var (name, values) in form.Where(entry => !entry.Key.StartsWith('_') && entry.Value.ToString().Trim().Length > 0))
        {
            sent.Add(new StringContent(values.ToString()), $"\"{name.Split(':')[0]}\"");
        }

        await using var content = file.OpenReadStream();
        sent.Add(new StreamContent(content), "file", file.FileName);
        await using var body = await sent.ReadAsStreamAsync(context.RequestAborted);
        return await calls.SendAsync(context, method, path, body, sent.Headers.ContentType!.ToString());
    }

    public static ScreenResult<Answered> Show(ApiAnswer answer, string back, int status) => new(status, new Dictionary<string, object?>
    {
        [nameof(Answered.Answer)] = answer,
        [nameof(Answered.Back)] = back,
    });

    /// <summary>A list of texts is answered with a list of jobs, a document with its job.</summary>
    public static string? JobOf(JsonElement answer) => answer.Text("links.job") is { } job ? job.Split('/')[^1]
        : answer.Text("id") ?? (answer.Items("jobs") is [var first, ..] ? first.Text("id") : null);
}
