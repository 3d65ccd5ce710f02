using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Core.Postgres;

/// <summary>One numbered schema change, <c>NNNN_name.sql</c>.</summary>
/// <param name="Version">1, 2, 3, … without gaps.</param>
/// <param name="Checksum">SHA-256 of the text, line ends normalised; an applied migration must never change.</param>
public sealed record Migration(int Version, string Name, string Sql, string Checksum)
{
    private const string Folder = "Migrations/";

    // The first line of the file.
    private const string SafeMark = "-- Safe for older versions.";

    /// <summary>Whether the version before it works on the schema after it, so that one can go back.</summary>
    public bool IsSafe => Sql.StartsWith(SafeMark, StringComparison.Ordinal);

    public static Migration Parse(string fileName, string sql)
    {
        var separator = fileName.IndexOf('_', StringComparison.Ordinal);
        if (separator != 4 || !int.TryParse(fileName[..4], NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            throw new InvalidOperationException($"Migration '{fileName}' is not named NNNN_name.sql.");
        }

        var text = sql.ReplaceLineEndings("\n");
        var checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        return new(version, Path.GetFileNameWithoutExtension(fileName)[(separator + 1)..], text, checksum);
    }

    /// <summary>The migrations embedded in an assembly, in order.</summary>
    public static IReadOnlyList<Migration> EmbeddedIn(Assembly assembly) =>
        [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal))
            .Select(name => Parse(name[Folder.Length..], ReadText(assembly, name)))
            .OrderBy(migration => migration.Version)];

    private static string ReadText(Assembly assembly, string name)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
