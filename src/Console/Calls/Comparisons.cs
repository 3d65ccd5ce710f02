using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pipeline.Console.Access;
using Pipeline.Console.Pages;

namespace Pipeline.Console.Calls;

/// <summary><c>POST /compare</c>: the input of a form to each of the chosen models, as a job each, and then the page that shows them side by side.</summary>
internal static class Comparisons
{
    public const string Path = "/compare";

    /// <summary>Names of the chosen models, one a field.</summary>
    public const string Models = "_models";

    /// <summary>What a page shows side by side.</summary>
    public const int JobsMax = 6;

    private const string ModelField = "input.model";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapPost(Path, RunAsync).ExcludeFromDescription();

    private static async Task<IResult> RunAsync(HttpContext context, ApiCalls calls)
    {
        if (await context.ReadConsoleFormAsync() is not { } form)
        {
            return ScreenResult<Refusal>.Forged;
        }

        var back = LocalPath.Of(form[Login.Back]);
        var (body, fault) = FormBody.Read(form);
        fault ??= form[Models].Count is < 2 or > JobsMax ? FormBody.Fault(ModelField, $"names {form[Models].Count} models: choose 2 to {JobsMax} of them.") : null;
        List<string> jobs = [];
        foreach (var model in fault is null ? form[Models] : [])
        {
            (body ??= []).Put(ModelField, model);
            var answer = await calls.SendAsync(context, HttpMethods.Post, "/api/jobs", body.ToUtf8());
            if (!answer.IsSuccess || Acts.JobOf(answer.Json) is not { } job)
            {
                fault = answer;
                break;
            }

            jobs.Add(job);
        }

        return fault is { } refused ? Acts.Show(refused, back, refused.Status) : Results.Redirect($"{Path}?jobs={string.Join(',', jobs)}");
    }
}
