using Pipeline.Cli.Display;

namespace Pipeline.Cli.Models.Pulling;

/// <summary>Fetches the files of a model: looks at all of them first, so that a missing part or a full disk shows before gigabytes have come.</summary>
internal sealed class Pull(CliEnvironment environment, FileServer server, ModelFolder folder)
{
    public async Task RunAsync(IReadOnlyList<RemoteFile> files, CancellationToken cancellationToken)
    {
        List<(RemoteFile File, FileFacts? Facts)> missing = [];
        Retries looking = new(environment.Time, environment.Error.Line);
        foreach (var file in files)
        {
            var facts = await looking.RunAsync(() => server.LookAsync(file.Address, cancellationToken), () => 0, cancellationToken);
            if (!IsHere(file, facts))
            {
                missing.Add((file, facts));
            }
        }

        if (missing.Count is 0)
        {
            environment.Error.Line($"{files[0].Name} is here already, with the right checksum.");
            return;
        }

        var total = missing.Any(file => file.Facts?.Bytes is null) ? null : missing.Sum(file => file.Facts!.Bytes);
        DiskSpace.Require(folder.Path + Path.DirectorySeparatorChar, (total ?? 0) - missing.Sum(file => PartFile.Left(PathOf(file.File))));
        environment.Error.Line($"Fetching {files[0].Name}{(files.Count > 1 ? $" and {files.Count - 1} more parts" : "")}{(total is { } bytes ? $", {Quantities.Bytes(bytes)}" : "")}, to {folder.Path}");
        using TransferMeter meter = new(environment, "fetched", total);
        Retries retries = new(environment.Time, meter.Note);
        foreach (var (file, facts) in missing)
        {
            var sum = await new Download(server, retries, meter).FetchAsync(file, PathOf(file), cancellationToken);
            meter.Note(file.Sha256 is null && facts?.Sha256 is null
                ? $"{file.Name} is whole; nobody told its checksum, so compare {sum} with its publisher's."
                : $"{file.Name} is whole, and has the checksum {sum}.");
        }
    }

    private string PathOf(RemoteFile file) => Path.Combine(folder.Path, file.Name);

    /// <summary>A file that is there is never overwritten: a worker may have it mapped.</summary>
    private bool IsHere(RemoteFile file, FileFacts? facts)
    {
        var path = PathOf(file);
        if (!File.Exists(path))
        {
            return false;
        }

        var expected = file.Sha256 ?? facts?.Sha256;
        var recorded = Checksums.Recorded(path);
        return recorded is null ? throw new CommandException($"{path} exists, without a recorded checksum. Record it with ./run models verify --record, or remove the file and pull again.")
            : expected is null || recorded == expected ? true
            : throw new CommandException($"{path} exists with the checksum {recorded}; the one to fetch has {expected}. Remove it with ./run models remove, or pull into another folder with --directory.");
    }
}
