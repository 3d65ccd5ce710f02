using Pipeline.Cli.Display;
using Spectre.Console;

namespace Pipeline.Cli.Models;

/// <summary>The models of a folder, one a line; what is wrong with one stands below.</summary>
internal static class ModelTable
{
    private const string None = "–";

    public static void Write(IAnsiConsole console, IReadOnlyList<StoredModel> models, IReadOnlyList<ModelUse> uses)
    {
        var table = PlainTable.Create().AddText("file").AddNumber("size").AddText("arch").AddText("quant").AddNumber("params").AddNumber("context").AddText("checksum").AddText("used by");
        foreach (var model in models)
        {
            table.AddRow(
            [
                new Text(model.Parts.Count is 1 ? model.File : $"{model.Stem} ({model.Parts.Count} files)"),
                new Text(Quantities.Bytes(model.Bytes)),
                new Text(model.Header?.Architecture ?? None),
                new Text(model.Header?.Quantization ?? None),
                new Text(model.Header is { } header ? Quantities.Parameters(header.Parameters) : None),
                new Text(model.Header?.ContextTokens is { } context ? Quantities.Count(context) : None),
                new Text(Checksum(model)),
                new Text(string.Join(", ", uses.Where(model.Is).Select(use => use.Kind))),
            ]);
        }

        console.Write(table);

        // Names are longer than a column would leave room for.
        foreach (var model in models.Where(model => model.Header?.Name is not null))
        {
            console.Line($"{model.File} is {DisplayText.OneLine(model.Header!.Name!)}.");
        }

        foreach (var model in models.Where(model => model.Problem is not null))
        {
            console.Line($"{model.File} cannot be used: {model.Problem}");
        }
    }

    private static string Checksum(StoredModel model)
    {
        var there = model.Parts.Where(File.Exists).ToList();
        return there.Any(part => Checksums.Recorded(part) is null) ? "none"
            : there.Any(Checksums.IsOlderThanFile) ? "outdated"
            : "recorded";
    }
}
