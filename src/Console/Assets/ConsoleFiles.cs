using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Pipeline.Console.Assets;

/// <summary>Style, scripts and the icon, embedded in the assembly. Their addresses change with what is in them, so browsers keep them.</summary>
internal static class ConsoleFiles
{
    private const string Route = "/assets/";
    private const string Prefix = "assets/";

    private static readonly Dictionary<string, string> Types = new()
    {
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".svg"] = "image/svg+xml",
        [".txt"] = "text/plain; charset=utf-8",
    };

    private static readonly Dictionary<string, File> Files = typeof(ConsoleFiles).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
        .ToDictionary(name => name[Prefix.Length..], Read);

    public static string PathOf(string name) => $"{Route}{name}?v={Files[name].Version}";

    public static void Map(IEndpointRouteBuilder routes) => routes.MapGet(Route + "{*name}", (string name, HttpContext context) =>
    {
        if (!Files.TryGetValue(name, out var file))
        {
            return Results.NotFound();
        }

        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return Results.Bytes(file.Content, Types[Path.GetExtension(name)]);
    }).ExcludeFromDescription();

    private static File Read(string resource)
    {
        using var stream = typeof(ConsoleFiles).Assembly.GetManifestResourceStream(resource)!;
        using MemoryStream content = new();
        stream.CopyTo(content);
        return new(content.ToArray(), Convert.ToHexStringLower(SHA256.HashData(content.ToArray()))[..12]);
    }

    private sealed record File(byte[] Content, string Version);
}
