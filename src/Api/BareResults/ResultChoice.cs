using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using Pipeline.Api.Jobs;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;

namespace Pipeline.Api.BareResults;

/// <summary>
/// Whether a client wants the result without the job around it: <c>?view=result</c>, its own media type in <c>Accept</c>, or a path
/// that <see cref="ApiOptions.ResultOnly"/> names.
/// </summary>
internal static class ResultChoice
{
    public const string MediaType = "application/vnd.pipeline.result+json";

    private const string Parameter = "view";
    private const string Job = "job";
    private const string Result = "result";

    public static ParameterDoc Doc { get; } = new(
        "query",
        Parameter,
        $"`result` answers with the result alone, and with a problem where there is none; so does `Accept: {MediaType}`. `job`, the default unless Api:ResultOnly has the path, answers with the job around it.");

    /// <summary>Null where the request does not say.</summary>
    public static bool? Read(HttpRequest request, ApiOptions options, InputErrors errors)
    {
        var view = QueryParameters.Choice(Parameter, QueryParameters.Single(request.Query, Parameter, errors), [Job, Result], errors);
        return view is not null ? view is Result : Accepts(request) || IsDefault(request, options) ? true : null;
    }

    /// <summary>The type of the answer: what the client asked for by its name, else plain JSON, which every client reads.</summary>
    public static string TypeOf(HttpRequest request) => Accepts(request) ? MediaType : "application/json";

    /// <summary>Whether the client likes the bare result at least as much as a job.</summary>
    private static bool Accepts(HttpRequest request) =>
        !StringValues.IsNullOrEmpty(request.Headers.Accept)
        && request.GetTypedHeaders().Accept is { } accepted
        && accepted.FirstOrDefault(type => Is(type, MediaType)) is { } bare
        && !accepted.Any(type => Is(type, "application/json") && (type.Quality ?? 1) > (bare.Quality ?? 1));

    private static bool Is(MediaTypeHeaderValue type, string name) => type.MediaType.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static bool IsDefault(HttpRequest request, ApiOptions options) =>
        options.ResultOnly.Any(path => request.Path.Equals(path, StringComparison.OrdinalIgnoreCase));
}
