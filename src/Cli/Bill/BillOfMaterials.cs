using System.Security.Cryptography;
using System.Text.Json;

namespace Pipeline.Cli.Bill;

/// <summary>
/// What the programs of a checkout are made of, as CycloneDX 1.6: every package that a project below <c>src</c> takes, directly or not,
/// by its lock file, and the models that ship. Nothing is asked of the network: a lock file has the SHA-512 that each restore compares.
/// </summary>
internal static class BillOfMaterials
{
    private const string Sources = "src";
    private const string Models = "models";
    private const string LockFile = "packages.lock.json";

    /// <exception cref="CommandException">The folder is no checkout.</exception>
    public static async Task<BillDocument> ReadAsync(string root, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var sources = Path.Combine(root, Sources);
        if (!Directory.Exists(sources))
        {
            throw new CommandException($"{root} has no folder {Sources}. Run it in a checkout, or name one with --root.");
        }

        SortedDictionary<string, BillComponent> components = new(StringComparer.OrdinalIgnoreCase);
        foreach (var file in Directory.EnumerateFiles(sources, LockFile, SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            await using var stream = File.OpenRead(file);
            using var locked = await JsonDocument.ParseAsync(stream, default, cancellationToken);
            foreach (var package in Packages(locked.RootElement))
            {
                components[package.BomRef] = package;
            }
        }

        foreach (var model in Directory.EnumerateFiles(Path.Combine(root, Models), "*.gguf"))
        {
            await using var stream = File.OpenRead(model);
            var component = BillComponent.OfModel(Path.GetFileName(model), await SHA256.HashDataAsync(stream, cancellationToken));
            components[component.BomRef] = component;
        }

        return new() { Metadata = new(now, new("pipeline")), Components = [.. components.Values] };
    }

    private static IEnumerable<BillComponent> Packages(JsonElement locked) =>
        from framework in locked.GetProperty("dependencies").EnumerateObject()
        from package in framework.Value.EnumerateObject()
        where package.Value.TryGetProperty("contentHash", out _) // Projects of this checkout have none.
        select BillComponent.OfPackage(package.Name, package.Value.GetProperty("resolved").GetString()!, package.Value.GetProperty("contentHash").GetBytesFromBase64());
}
