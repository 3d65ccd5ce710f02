namespace Pipeline.Core.Steering;

/// <summary>
/// How many rows the next statement takes, by how long the last ones took: they are locked until it has ended. It begins with few, since the
/// first rows are read from the disk by statements that nobody has planned yet.
/// </summary>
/// <param name="aim">How long one is to take.</param>
/// <param name="rowsMin">Fewer would take longer altogether, and hardly less each.</param>
/// <param name="rowsMax">More than that are not locked together, however quick it was.</param>
internal sealed class ChangePace(TimeSpan aim, int rowsMin, int rowsMax)
{
    private int? _rows;

    public int Rows => _rows ?? rowsMin;

    /// <summary>Learns from a statement of <see cref="Rows"/>, or of the few that were left.</summary>
    public void Took(int rows, TimeSpan time)
    {
        if (time > aim)
        {
            // As many as would have taken the time, and no more than half: what slowed one down often slows down the next.
            _rows = Math.Max(rowsMin, (int)(Math.Min(rows, Rows) * Math.Min(0.5, aim / time)));
        }
        else if (rows >= Rows)
        {
            // Slowly, and never further than the last one says that there is time for.
            var fitting = time > TimeSpan.Zero ? Math.Min(rowsMax, rows * (aim / time)) : rowsMax;
            _rows = Math.Clamp(Rows + rowsMin, rowsMin, Math.Max(rowsMin, (int)fitting));
        }
    }
}
