using System.Net;
using System.Text.RegularExpressions;
using Pipeline.Bench.Measuring;

namespace Pipeline.Bench.Jobs.Screens;

/// <summary>Somebody who is logged in at the console and opens its screens, as a browser does.</summary>
internal sealed partial class Person : IDisposable
{
    private readonly HttpClient _http;
    private string _token = "";

    private Person(Uri address) =>
        _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(1) };

    public static async Task<Person> EnterAsync(Uri address, string key, CancellationToken cancellationToken)
    {
        Person person = new(address);
        await person.OpenAsync(new("login", "/login"), cancellationToken);
        using HttpResponseMessage entered = await person.SendAsync("/login", [KeyValuePair.Create("key", key)], cancellationToken);
        if (entered.StatusCode is not HttpStatusCode.Redirect)
        {
            throw new BenchException($"The console answered a login with {(int)entered.StatusCode}.");
        }

        await person.OpenAsync(new("overview", "/"), cancellationToken);
        return person;
    }

    /// <exception cref="BenchException">It is no screen, or one that tells that something went wrong.</exception>
    public async Task OpenAsync(Screen screen, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = screen.Form is { } form ? await SendAsync(screen.Path, form, cancellationToken) : await _http.GetAsync(screen.Path, cancellationToken);
        string page = await response.Content.ReadAsStringAsync(cancellationToken);
        if (response.StatusCode is not HttpStatusCode.OK || Refusal().Match(page) is { Success: true })
        {
            throw new BenchException($"{screen.Name} ({screen.Path}) was answered with {(int)response.StatusCode}: {Refusal().Match(page).Groups[1].Value}");
        }

        _token = Token().Match(page) is { Success: true } token ? token.Groups[1].Value : _token;
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(string path, IEnumerable<KeyValuePair<string, string>> form, CancellationToken cancellationToken)
    {
        using FormUrlEncodedContent content = new(form.Append(KeyValuePair.Create("_token", _token)));
        return await _http.PostAsync(path, content, cancellationToken);
    }

    [GeneratedRegex("name=\"_token\" value=\"([^\"]+)\"")]
    private static partial Regex Token();

    [GeneratedRegex("role=\"alert\">\\s*<p>([^<]*)")]
    private static partial Regex Refusal();
}
