using System.Globalization;
using Pipeline.Cli.Display;
using Pipeline.Inference.Catalogue;
using Spectre.Console;

namespace Pipeline.Cli.Models;

/// <summary>A recommendation for people: the machine, what fits, the one to take, and its settings.</summary>
internal static class RecommendationView
{
    private const int LanguagesShown = 3;
    private const string Others = "mul";

    private static readonly string[] Sections = ["Chat", "Feedback", "Interview", "Report"];

    public static void Write(IAnsiConsole console, Recommendation report, int? threads)
    {
        WriteMachine(console, report.Machine);
        console.Line("");
        console.Line(string.Create(
            CultureInfo.InvariantCulture,
            $"Tokens a second of one answer, with {report.ContextTokens:#,0} tokens of context of which half are in use; + is the memory that is missing."));
        console.Line("* speaks Korean; (NC): not for commercial use.");
        WriteModels(console, report.Models);
        WriteFiles(console, report);
        console.Line("");
        if (Recommender.Choose(report.Models) is { } choice)
        {
            WriteChoice(console, report, choice.Model, choice.Fit, threads);
        }
        else
        {
            var (model, fit) = Recommender.Nearest(report.Models);
            console.Line(
                $"Nothing fits. {model.Name} at {fit.Quantization} misses least: it needs {Quantities.Bytes(fit.NeededBytes)} with this context, {Quantities.Bytes(report.Machine.Readings.MemoryAvailableBytes)} are available, "
                + $"{Quantities.Bytes(fit.MissingBytes)} are missing. Free memory, try a smaller --context, or use a server (Inference:Backend=Remote).");
        }
    }

    private static void WriteMachine(IAnsiConsole console, MachineProfile machine)
    {
        var readings = machine.Readings;
        var limit = readings.CpuQuota is { } quota ? string.Create(CultureInfo.InvariantCulture, $", {quota:0.#} of them by its control group") : "";
        console.Line($"CPU     {readings.PhysicalCores ?? readings.LogicalProcessors} cores{limit}; the engine takes {Figures.Count(machine.Threads, "thread")}");
        console.Line($"Memory  {Quantities.Bytes(readings.MemoryAvailableBytes)} available, read at {Quantities.Rate(machine.BytesPerSecond)} by {Figures.Count(machine.Threads, "thread")}");
        foreach (var gpu in machine.Gpus)
        {
            console.Line($"GPU     {DisplayText.OneLine(gpu.Name)}, {Quantities.Bytes(gpu.MemoryFreeBytes)} of {Quantities.Bytes(gpu.MemoryTotalBytes)} free; used by a build with -p:Gpu=cuda12");
        }

        if (machine.Gpus.Count is 0)
        {
            console.Line("GPU     none that nvidia-smi lists");
        }
    }

    private static void WriteModels(IAnsiConsole console, IReadOnlyList<ModelFits> models)
    {
        var table = PlainTable.Create().AddText("model").AddNumber("params").AddNumber("context");
        foreach (var name in Quantization.Names)
        {
            table.AddNumber(name);
        }

        table.AddText("languages").AddText("licence");
        foreach (var (model, contextTokens, fits) in models)
        {
            table.AddRow(
            [
                new Text(model.Name + (model.Korean ? " *" : "")),
                new Text(Quantities.Parameters(model.Parameters)),
                new Text(Quantities.Count(contextTokens)),
                .. fits.Select(fit => new Text(Cell(fit), fit.Fits ? null : new Style(decoration: Decoration.Dim))),
                new Text(LanguagesOf(model)),
                new Text(model.Licence),
            ]);
        }

        console.Write(table);
    }

    /// <summary>The first of them, and how many more are named; an ellipsis where even that is not all.</summary>
    private static string LanguagesOf(CatalogueModel model)
    {
        var named = model.Languages.Where(language => language != Others).ToList();
        var more = named.Count > LanguagesShown ? $" +{named.Count - LanguagesShown}" : "";
        return string.Join(' ', named.Take(LanguagesShown)) + more + (model.Languages.Contains(Others) ? "…" : "");
    }

    private static string Cell(ModelFit fit) => !fit.Fits ? "+" + Quantities.Bytes(fit.MissingBytes) : fit.TokensPerSecond is { } rate ? Quantities.TokensPerSecond(rate) : "fits";

    private static void WriteFiles(IAnsiConsole console, Recommendation report)
    {
        foreach (var model in report.Folder.All().Where(model => model.Header is not null))
        {
            var fit = Recommender.Of(model.Header!, report.Machine, report.ContextTokens);
            console.Line(fit.Fits
                ? $"{model.File}, here: {(fit.TokensPerSecond is { } rate ? $"{Quantities.TokensPerSecond(rate)} tokens/s" : "fits")}"
                : $"{model.File}, here: needs {Quantities.Bytes(fit.NeededBytes)}, {Quantities.Bytes(fit.MissingBytes)} are missing");
        }
    }

    private static void WriteChoice(IAnsiConsole console, Recommendation report, CatalogueModel model, ModelFit fit, int? threads)
    {
        var path = Path.Combine(report.Folder.Path, string.Format(CultureInfo.InvariantCulture, model.File, fit.Quantization));
        var speed = fit.TokensPerSecond is { } rate ? $", about {Quantities.TokensPerSecond(rate)} tokens/s" : "";
        console.Line($"Take {model.Name} at {fit.Quantization}: a file of {Quantities.Bytes(fit.FileBytes)}, {Quantities.Bytes(fit.NeededBytes)} of memory{speed}. Licence: {model.Licence}.");
        if (!model.Korean && Recommender.Choose(report.Models.Where(fits => fits.Model.Korean)) is { } korean)
        {
            console.Line($"For Korean: {korean.Model.Name} at {korean.Fit.Quantization}. Licence: {korean.Model.Licence}.");
        }

        console.Line("");
        console.Line($"./run models pull {model.Name} --quant {fit.Quantization}");
        foreach (var section in Sections)
        {
            console.Line($"export Kinds__{section}__Model={path}");
        }

        console.Line($"export Inference__ContextTokens={report.ContextTokens}{(threads is { } set ? $" Inference__Threads={set}" : "")}{(fit.GpuLayers > 0 ? $" Inference__GpuLayers={fit.GpuLayers}" : "")}");
    }
}
