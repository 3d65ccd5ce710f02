namespace Pipeline.Cli.Models.Pulling;

/// <summary>The hub that models come from, or its mirror, and the token for it.</summary>
/// <param name="Endpoint">Without a slash at the end.</param>
/// <param name="Token">Null where the environment has none.</param>
internal sealed record Hub(Uri Endpoint, string? Token)
{
    public const string EndpointVariable = "HF_ENDPOINT";
    public const string TokenVariable = "HF_TOKEN";
    private const string Default = "https://huggingface.co";

    /// <param name="mirror">Given on the command line; null for the environment's, else the hub itself.</param>
    /// <exception cref="CommandException">The address is none, or the token would be sent in the clear.</exception>
    public static Hub Of(string? mirror, Func<string, string?> variable)
    {
        var (text, origin) = mirror is not null ? (mirror, "--mirror") : variable(EndpointVariable) is { Length: > 0 } set ? (set, EndpointVariable) : (Default, "");
        var token = variable(TokenVariable) is { Length: > 0 } given ? given.Trim() : null;
        return !Uri.TryCreate(text.TrimEnd('/'), UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https")
            ? throw new CommandException($"{origin} is {text}; give the address of a hub or mirror, such as {Default}.")
            : token is not null && endpoint.Scheme is "http" && !endpoint.IsLoopback
            ? throw new CommandException($"{origin} is {text}, and {TokenVariable} would be sent to it in the clear. Use https, or unset {TokenVariable}.")
            : new(endpoint, token);
    }

    /// <summary>The address of a file of a repository.</summary>
    public Uri File(string repository, string revision, string path) =>
        new($"{Endpoint.AbsoluteUri.TrimEnd('/')}/{repository}/resolve/{Uri.EscapeDataString(revision)}/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}");

    /// <summary>Whether an address is the hub's own, and may see the token: same scheme, host and port.</summary>
    public bool Has(Uri address) => Uri.Compare(address, Endpoint, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) is 0;
}
