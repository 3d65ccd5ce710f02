namespace Pipeline.Cli.Doctor;

/// <summary>Looks at the machine that this runs on.</summary>
internal static class MachineCheckup
{
    // A batch of 50,000 items waits there until it is checked, and several at once.
    private const long BytesFreeMin = 2L << 30;

    private const string SpoolVariable = "Api__BatchSpoolDirectory";

    public static IReadOnlyList<Finding> Run(CliEnvironment environment)
    {
        var directory = environment.Variable(SpoolVariable) is { Length: > 0 } set ? set : Path.GetTempPath();
        return [Disk(directory)];
    }

    private static Finding Disk(string directory)
    {
        try
        {
            var free = new DriveInfo(Path.GetFullPath(directory)).AvailableFreeSpace;
            return free < BytesFreeMin
                ? Finding.Warning($"{directory} has {free / 1_048_576} MiB free; batches are checked there.", $"Make room, or set {SpoolVariable} to a directory with 2 GiB.")
                : Finding.Good($"{directory} has {free / 1_048_576} MiB free.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return Finding.Bad($"{directory} cannot be used: {e.Message.TrimEnd('.')}.", $"Set {SpoolVariable} to a directory that this user may write to.");
        }
    }
}
