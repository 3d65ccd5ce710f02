using System.Text;

namespace Pipeline.Inference.Structured.Schemas;

/// <summary>
/// The way to a place in a schema; null is the root. Written out only in errors: a long name far up would otherwise be copied
/// for everything below it.
/// </summary>
internal sealed record SchemaPath(SchemaPath? Parent, string Segment)
{
    public static string Text(SchemaPath? path)
    {
        var text = new StringBuilder();
        for (; path is not null; path = path.Parent)
        {
            text.Insert(0, path.Segment.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)).Insert(0, '/');
        }

        return text.ToString();
    }
}
