namespace Pipeline.Inference.Structured.Rules;

/// <summary>Steps over all readings of an answer at once; there is more than one where alternatives begin alike.</summary>
internal static class CursorSet
{
    /// <summary>Appends what the cursors from start to end become behind a byte; false when that is nothing.</summary>
    public static bool Step(List<Cursor> cursors, int start, int end, byte next)
    {
        int appended = cursors.Count;
        for (int i = start; i < end; i++)
        {
            cursors[i].Step(next, cursors);
        }

        // What did not grow is bounded already; looking for repeats at every byte of a walk would cost more than they do.
        if (cursors.Count - appended > Math.Max(end - start, 1))
        {
            DropRepeated(cursors, appended);
        }

        return cursors.Count > appended;
    }

    /// <summary>
    /// Readings that agree from here on are one. Those beyond the limit are dropped too: every cursor can be completed,
    /// so leaving some out narrows what may be said and never leads into a dead end.
    /// </summary>
    public static void DropRepeated(List<Cursor> cursors, int start)
    {
        int kept = start;
        for (int i = start; i < cursors.Count && kept - start < JsonSchemaLimits.ReadingsMax; i++)
        {
            if (cursors.IndexOf(cursors[i], start, kept - start) < 0)
            {
                cursors[kept++] = cursors[i];
            }
        }

        cursors.RemoveRange(kept, cursors.Count - kept);
    }
}
