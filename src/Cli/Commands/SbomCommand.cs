using System.CommandLine;
using System.Text.Json;
using Pipeline.Cli.Bill;
using Pipeline.Cli.Display;

namespace Pipeline.Cli.Commands;

/// <summary><c>sbom</c>: writes what the programs of a checkout are made of.</summary>
internal static class SbomCommand
{
    public static Command Create(CliEnvironment environment)
    {
        Option<FileInfo> output = new("--out") { Description = "The file to write", Required = true };
        Option<DirectoryInfo> root = new("--root") { Description = "The checkout", DefaultValueFactory = _ => new(".") };
        var command = new Command("sbom", "Writes every package and model of a checkout with its hash, as CycloneDX.") { output, root };
        command.Do(environment, async (parsed, cancellationToken) =>
        {
            var bill = await BillOfMaterials.ReadAsync(parsed.GetRequiredValue(root).FullName, environment.Time.GetUtcNow(), cancellationToken);
            var file = parsed.GetRequiredValue(output).FullName;
            await using (var stream = File.Create(file))
            {
                await JsonSerializer.SerializeAsync(stream, bill, BillJson.Default.BillDocument, cancellationToken);
            }

            environment.Error.Line($"{file} names {bill.Components.Count} packages and models.");
            return ExitCodes.Success;
        });
        return command;
    }
}
