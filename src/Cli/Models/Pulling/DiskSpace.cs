namespace Pipeline.Cli.Models.Pulling;

/// <summary>Whether there is room, before gigabytes have come.</summary>
internal static class DiskSpace
{
    private const long Reserve = 64L << 20; // So that what else writes there is not stopped by the last byte.

    /// <exception cref="CommandException">There is not.</exception>
    public static void Require(string path, long bytes)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var free = new DriveInfo(folder).AvailableFreeSpace;
        if (bytes > free - Reserve)
        {
            throw new CommandException(
                $"{folder} has {Quantities.Bytes(free)} free and {Quantities.Bytes(bytes)} are to come, beside a reserve of {Quantities.Bytes(Reserve)}. Make room, or name another folder with --directory or {ModelFolder.Variable}.");
        }
    }
}
