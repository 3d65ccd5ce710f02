using System.CommandLine;
using Pipeline.Cli.Wire;

namespace Pipeline.Cli.Commands;

/// <summary>The options of every verb that talks to a pipeline.</summary>
internal sealed class ServerOptions(CliEnvironment environment)
{
    public const string UrlVariable = "PIPELINE_URL";
    public const string KeyVariable = "PIPELINE_API_KEY";
    public const string UrlDefault = "http://127.0.0.1:8080";

    private const int WaitSecondsMax = 86_400;

    private readonly Option<string?> _url = new("--url")
    {
        Description = $"URL of the pipeline (environment: {UrlVariable}; default {UrlDefault}).",
    };

    private readonly Option<string?> _key = new("--api-key") { Description = $"The API key (environment: {KeyVariable})." };

    private readonly Option<int> _wait = new("--wait") { HelpName = "SECONDS" };

    public void AddTo(Command command, string waitMeaning, int waitSeconds)
    {
        _wait.Description = waitMeaning;
        _wait.DefaultValueFactory = _ => waitSeconds;
        _wait.Validators.Add(result =>
        {
            // What is no number at all, the library refuses in its own words.
            if (result.Tokens is [var token] && int.TryParse(token.Value, out var seconds) && seconds is < 1 or > WaitSecondsMax)
            {
                result.AddError($"--wait takes 1 to {WaitSecondsMax} seconds.");
            }
        });
        _url.Recursive = _key.Recursive = _wait.Recursive = true;
        command.Add(_url);
        command.Add(_key);
        command.Add(_wait);
    }

    public TimeSpan Wait(ParseResult parsed) => TimeSpan.FromSeconds(parsed.GetValue(_wait));

    /// <exception cref="CommandException">The URL is none.</exception>
    public Server Server(ParseResult parsed)
    {
        var url = parsed.GetValue(_url) ?? Present(environment.Variable(UrlVariable)) ?? UrlDefault;
        return Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? new Server(uri, Present(parsed.GetValue(_key)) ?? Present(environment.Variable(KeyVariable)))
            : throw new CommandException($"\"{url}\" is not an HTTP address; write it like {UrlDefault}.");
    }

    private static string? Present(string? value) => string.IsNullOrWhiteSpace(value) ? null : value.Trim();
}
