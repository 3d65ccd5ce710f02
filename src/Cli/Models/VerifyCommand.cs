using System.CommandLine;
using Pipeline.Cli.Doctor;
using Pipeline.Cli.Models.Pulling;

namespace Pipeline.Cli.Models;

/// <summary><c>models verify [NAME]</c>: whether files are whole and as they were when their checksum was recorded.</summary>
internal static class VerifyCommand
{
    public static Command Create(CliEnvironment environment, Func<ParseResult, ModelFolder> folderOf)
    {
        var name = new Argument<string?>("name") { Description = "File name of one model, with or without .gguf; all without it.", Arity = ArgumentArity.ZeroOrOne };
        var record = new Option<bool>("--record") { Description = "Records the checksums of files that have none." };
        var command = new Command("verify", "Reads models whole and compares them with their recorded checksums.") { name, record };
        command.Do(environment, async (parsed, cancellationToken) =>
        {
            var folder = folderOf(parsed);
            var models = parsed.GetValue(name) is { } one ? [folder.Find(one)] : folder.All();
            using TransferMeter meter = new(environment, "checking", models.Sum(model => model.Bytes));
            var settings = new ModelSettings(environment.Settings());
            List<Finding> findings = [];
            foreach (var model in models)
            {
                findings.AddRange(await CheckAsync(model, settings, parsed.GetValue(record), meter, cancellationToken));
            }

            meter.Dispose();
            FindingList.Write(environment.Out, findings.Count > 0 ? findings : [Finding.Good($"{folder.Path} has no models.")]);
            return findings.Exists(finding => finding.Level is FindingLevel.Bad) ? ExitCodes.Failure : ExitCodes.Success;
        });
        return command;
    }

    private static async Task<IReadOnlyList<Finding>> CheckAsync(
        StoredModel model, ModelSettings settings, bool record, TransferMeter meter, CancellationToken cancellationToken)
    {
        if (model.Problem is { } problem)
        {
            return [Finding.Bad($"{model.File} cannot be used: {problem}", $"Remove it with ./run models remove {model.Stem}, and pull it again.")];
        }

        List<Finding> findings = [];
        foreach (var part in model.Parts)
        {
            var sum = await Checksums.ComputeAsync(part, bytes => meter.Advance(bytes), cancellationToken);
            findings.Add(Compare(part, sum, settings, record));
        }

        return findings;
    }

    private static Finding Compare(string path, string sum, ModelSettings settings, bool record)
    {
        var file = Path.GetFileName(path);
        var (expected, origin) = Checksums.Recorded(path) is { } recorded ? (recorded, file + Checksums.Extension)
            : settings.Named.FirstOrDefault(named => named.Sha256 is not null && named.Source.EndsWith("/" + file, StringComparison.Ordinal)) is { } named ? (named.Sha256, $"Models:{named.Name}:Sha256")
            : (null, "");
        if (expected is null && record)
        {
            Checksums.Record(path, sum);
        }

        return expected is null && !record ? Finding.Warning($"{file} is whole; no checksum is recorded for it. It has {sum}.", "Compare it with its publisher's, and record it with --record.")
            : expected is null ? Finding.Good($"{file} is whole; recorded {sum}.")
            : expected == sum ? Finding.Good($"{file} is whole, and has the checksum of {origin}.")
            : Finding.Bad($"{file} has the checksum {sum}; {origin} says {expected}. The file was changed or damaged.", "Remove it and pull it again; or delete the recorded checksum if you changed it yourself.");
    }
}
