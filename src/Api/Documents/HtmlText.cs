using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Pipeline.Api.Documents;

/// <summary>
/// What a reader of a page sees, as text: a line a block, headings with the marks of Markdown, so that they are cut at like
/// those of Markdown. Nothing is loaded and no script runs.
/// </summary>
internal static class HtmlText
{
    private static readonly HashSet<string> Hidden = ["script", "style", "noscript", "template", "iframe", "svg", "math", "head", "nav", "select"];

    private static readonly HashSet<string> Blocks =
    [
        "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4",
        "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul",
    ];

    /// <returns>The text, and what stands in the title element; null where there is none.</returns>
    public static (string Text, string? Title) Read(string html)
    {
        using var document = new HtmlParser().ParseDocument(html);
        var text = new StringBuilder(html.Length / 2);

        // By hand, because recursion would end the process at a page of a hundred thousand open elements.
        INode? node = document.Body;
        var end = node?.Parent;
        while (node is not null && node != end)
        {
            var isHidden = node is IElement { LocalName: var name } && Hidden.Contains(name);
            Enter(node, text);
            if (!isHidden && node.FirstChild is { } child)
            {
                node = child;
                continue;
            }

            while (node != end && node!.NextSibling is null)
            {
                Leave(node, text);
                node = node.Parent;
            }

            if (node != end)
            {
                Leave(node!, text);
                node = node!.NextSibling;
            }
        }

        return (text.ToString().Trim(), string.IsNullOrWhiteSpace(document.Title) ? null : document.Title.Trim());
    }

    private static void Enter(INode node, StringBuilder text)
    {
        if (node is IText { Data: var words })
        {
            Append(text, words);
        }
        else if (node is IElement { LocalName: var name } && Blocks.Contains(name))
        {
            EndLine(text);
            if (name is ['h', >= '1' and <= '6'])
            {
                text.Append('#', name[1] - '0').Append(' ');
            }
            else if (name is "li")
            {
                text.Append("- ");
            }
        }
    }

    private static void Leave(INode node, StringBuilder text)
    {
        if (node is IElement { LocalName: var name } && Blocks.Contains(name))
        {
            EndLine(text);
        }
    }

    /// <summary>White space of any length is one space, as on a page.</summary>
    private static void Append(StringBuilder text, string words)
    {
        foreach (var letter in words)
        {
            if (!char.IsWhiteSpace(letter))
            {
                text.Append(letter);
            }
            else if (text.Length > 0 && text[^1] is not (' ' or '\n'))
            {
                text.Append(' ');
            }
        }
    }

    private static void EndLine(StringBuilder text)
    {
        while (text.Length > 0 && text[^1] is ' ')
        {
            text.Length--;
        }

        if (text.Length > 0 && text[^1] is not '\n')
        {
            text.Append('\n');
        }
    }
}
