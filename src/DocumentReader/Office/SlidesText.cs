using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Presentation;

namespace Pipeline.DocumentReader.Office;

/// <summary>The slides of a presentation in their order, each with its title as a heading and its notes behind it; not those that are hidden.</summary>
internal static class SlidesText
{
    public static void Read(PresentationDocument slides, BoundedText text)
    {
        if (slides.PresentationPart is not { } part)
        {
            throw new UnreadableFileException(ReadingEnd.Damaged);
        }

        foreach (var id in part.Presentation?.SlideIdList?.Elements<SlideId>() ?? [])
        {
            if (id.RelationshipId?.Value is { } relationship && part.GetPartById(relationship) is SlidePart slide)
            {
                Walk(slide, text);
                if (slide.NotesSlidePart is { } notes)
                {
                    Walk(notes, text);
                }
            }
        }
    }

    private static void Walk(OpenXmlPart part, BoundedText text)
    {
        using var reader = OpenXmlReader.Create(part);
        BlockWalker walker = new(text, _ => 0);
        var isSkipped = false;
        while (reader.Read())
        {
            if (reader is { LocalName: "sld", IsStartElement: true } && Value(reader, "show") is "0" or "false")
            {
                return;
            }

            // A shape says first what it is for. Numbers, dates and footers are the same on every slide.
            if (reader is { LocalName: "sp", IsStartElement: true })
            {
                (walker.IsTitle, isSkipped) = (false, false);
            }
            else if (reader is { LocalName: "ph", IsStartElement: true })
            {
                var kind = Value(reader, "type");
                walker.IsTitle = kind is "title" or "ctrTitle";
                isSkipped = kind is "sldNum" or "dt" or "ftr" or "hdr";
            }

            if (!isSkipped)
            {
                walker.Visit(reader);
            }
        }
    }

    private static string? Value(OpenXmlReader reader, string name) =>
        reader.Attributes.FirstOrDefault(attribute => attribute.LocalName == name).Value;
}
