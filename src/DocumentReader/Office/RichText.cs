using System.Text;
using DocumentFormat.OpenXml;

namespace Pipeline.DocumentReader.Office;

/// <summary>The text of a cell in runs, without what only says how it is spoken (rPh).</summary>
internal sealed class RichText
{
    private readonly StringBuilder _text = new();
    private int _phonetic;

    public void Visit(OpenXmlReader reader)
    {
        if (reader.LocalName is "rPh")
        {
            _phonetic += reader.IsEndElement ? (reader.IsStartElement ? 0 : -1) : 1;
        }
        else if (reader is { LocalName: "t", IsStartElement: true } && _phonetic is 0)
        {
            _text.Append(reader.GetText());
        }
    }

    public string Take()
    {
        var text = _text.ToString();
        _text.Clear();
        return text;
    }
}
