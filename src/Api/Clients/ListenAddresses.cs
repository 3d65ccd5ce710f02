using Pipeline.Core.Clients;
using Pipeline.Core.Hosting;

namespace Pipeline.Api.Clients;

/// <summary>The addresses the web server is told to listen on, read as Kestrel reads them.</summary>
internal static class ListenAddresses
{
    public static IReadOnlyList<string> Configured(IConfiguration configuration)
    {
        // Kestrel:Endpoints overrides Urls, which overrides the port lists; ASPNETCORE_ and DOTNET_ variables arrive under the bare names.
        var endpoints = configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>().ToList();
        if (endpoints.Count > 0)
        {
            return endpoints;
        }

        var urls = Split(configuration[WebHostDefaults.ServerUrlsKey]);
        return urls.Length > 0
            ? urls
            :
            [
                .. Split(configuration[WebHostDefaults.HttpPortsKey]).Select(port => $"http://*:{port}"),
                .. Split(configuration[WebHostDefaults.HttpsPortsKey]).Select(port => $"https://*:{port}"),
            ];
    }

    public static bool IsLoopback(string address)
    {
        var parsed = Parse(address);
        return parsed.IsUnixPipe || parsed.IsNamedPipe || LocalRequest.IsLoopbackHost(parsed.Host);
    }

    private static BindingAddress Parse(string address)
    {
        try
        {
            return BindingAddress.Parse(address);
        }
        catch (FormatException)
        {
            throw new StartupException($"Urls has \"{address}\", which is not an address: write it like http://127.0.0.1:8080.");
        }
    }

    private static string[] Split(string? list) =>
        list?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
