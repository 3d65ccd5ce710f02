using System.Net;
using System.Text.RegularExpressions;

namespace Pipeline.Console.Tests;

/// <summary>Reads pages and sends their forms, as a browser does that runs no script.</summary>
internal sealed partial class Visitor : IDisposable
{
    private readonly HttpClient _http;

    public Visitor(Uri address, params (string Name, string Value)[] headers)
    {
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = Cookies }) { BaseAddress = address };
        foreach (var (name, value) in headers)
        {
            _http.DefaultRequestHeaders.TryAddWithoutValidation(name, value).ShouldBeTrue();
        }
    }

    public CookieContainer Cookies { get; } = new();

    public async Task<Page> GetAsync(string path) => await ReadAsync(new HttpRequestMessage(HttpMethod.Get, path));

    /// <summary>Sends a form with the token of the page that it stands on.</summary>
    public async Task<Page> SendAsync(string on, string to, params (string Name, string Value)[] fields) =>
        await PostAsync(to, [.. fields, ("_token", (await GetAsync(on)).Token)]);

    public Task<Page> PostAsync(string to, params (string Name, string Value)[] fields) =>
        ReadAsync(new HttpRequestMessage(HttpMethod.Post, to) { Content = new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))) });

    public Task<Page> CallAsync(string on, string call, params (string Name, string Value)[] fields) => SendAsync(on, "/do", [("_call", call), ("_back", on), .. fields]);

    /// <summary>Sends a form with a file.</summary>
    public async Task<Page> UploadAsync(string on, string call, string name, byte[] file, params (string Name, string Value)[] fields)
    {
        using MultipartFormDataContent form = [];
        foreach (var (field, value) in fields.Append(("_call", call)).Append(("_back", on)).Append(("_token", (await GetAsync(on)).Token)))
        {
            form.Add(new StringContent(value), field);
        }

        form.Add(new ByteArrayContent(file), "file", name);
        return await ReadAsync(new HttpRequestMessage(HttpMethod.Post, "/do") { Content = form });
    }

    public async Task<Page> LogInAsync(string key, string? back = null)
    {
        var page = await SendAsync("/login", "/login", ("key", key), ("_back", back ?? ""));
        return page;
    }

    public void Dispose() => _http.Dispose();

    private async Task<Page> ReadAsync(HttpRequestMessage request)
    {
        using (request)
        {
            using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
            return new(
                (int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), response.Headers.Location?.ToString(),
                response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join('\n', header.Value)));
        }
    }

    [GeneratedRegex("name=\"_token\" value=\"([^\"]+)\"")]
    private static partial Regex TokenField();

    internal sealed record Page(int Status, string Html, string? Location, IReadOnlyDictionary<string, string> Headers)
    {
        public string Token => TokenField().Match(Html).Groups[1].Value;

        /// <summary>Without markup.</summary>
        public string Text => WebUtility.HtmlDecode(Regex.Replace(Html, "<[^>]*>", " "));

        public Page Ok()
        {
            Status.ShouldBe(200, Text);
            return this;
        }
    }
}
