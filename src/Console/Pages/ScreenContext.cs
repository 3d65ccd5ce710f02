using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Pipeline.Console.Access;
using Pipeline.Console.Calls;
using Pipeline.Console.Languages;
using Pipeline.Core.Clients;

namespace Pipeline.Console.Pages;

/// <summary>What a screen knows of the request that it answers. One a request.</summary>
internal sealed class ScreenContext(ApiCalls calls, IOptions<ConsoleOptions> options, TimeProvider time)
{
    private readonly List<string> _failures = [];
    private HttpContext? _http;

    public HttpContext Http
    {
        get => _http ?? throw new InvalidOperationException("A screen is rendered outside of a request.");
        set => (_http, Words, FormToken) = (value, Wording.Of(value.Request), Access.FormToken.Of(value));
    }

    public Wording Words { get; private set; } = null!;

    public string FormToken { get; private set; } = "";

    public ConsoleOptions Options => options.Value;

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Null where nobody is logged in.</summary>
    public Client? Client => Http.Features.Get<Client>();

    public bool IsOperator => Client?.Role >= Role.Operator;

    public bool IsAdmin => Client?.Role >= Role.Admin;

    /// <summary>Whether it can log out: the local client has no key.</summary>
    public bool HasSession => SessionCookie.Read(Http) is not null;

    public string PathAndQuery => Http.Request.Path + Http.Request.QueryString;

    /// <summary>What the API refused while the screen was filled, in its words.</summary>
    public IReadOnlyList<string> Failures => _failures;

    public string? Query(string name) => Http.Request.Query[name] is [{ Length: > 0 } value] ? value : null;

    public string Route(string name) => Http.Request.RouteValues[name]?.ToString() ?? "";

    /// <summary>What the API answers; undefined where it refuses, which the screen then shows.</summary>
    public async Task<System.Text.Json.JsonElement> GetAsync(string path)
    {
        var answer = await calls.GetAsync(Http, path);
        if (answer.IsSuccess)
        {
            return answer.Json;
        }

        Report(answer);
        return default;
    }

    /// <summary>The screen says what the API refused.</summary>
    public void Report(ApiAnswer refused)
    {
        _failures.Add(refused.Detail!);
        _failures.AddRange(refused.Faults.Select(fault => $"{fault.Field} {fault.Message}"));
    }

    public Task<ApiAnswer> SendAsync(string method, string path, byte[]? json) => calls.SendAsync(Http, method, path, json);
}
