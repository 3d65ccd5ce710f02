using System.CommandLine;
using System.Globalization;
using Pipeline.Cli.Display;
using Pipeline.Inference.Catalogue;
using Pipeline.Inference.Gguf;
using Pipeline.Inference.Models;

namespace Pipeline.Cli.Models;

/// <summary><c>models list</c>.</summary>
internal static class ListCommand
{
    public static Command Create(CliEnvironment environment, Func<ParseResult, ModelFolder> folderOf)
    {
        var command = new Command("list", "Lists the model files of the folder, and which kinds of jobs use them.");
        command.Do(environment, (parsed, _) =>
        {
            var folder = folderOf(parsed);
            var models = folder.All();
            var uses = new ModelSettings(environment.Settings()).Uses;
            if (models.Count is 0)
            {
                environment.Out.Line($"{folder.Path} has no models. Fetch one with ./run models pull NAME; ./run models recommend says which.");
            }
            else
            {
                ModelTable.Write(environment.Out, models, uses);
            }

            foreach (var (model, adapter) in ModelSettings.Defined(environment.Settings()).SelectMany(model => model.Adapters.Select(adapter => (model, adapter))))
            {
                environment.Out.Line($"{model.Name}:{adapter.Name} is {model.Name} through {Describe(model, adapter)}");
            }

            foreach (var use in uses.Where(use => !models.Any(model => model.Is(use))))
            {
                environment.Out.Line($"{use.Setting} names {use.Path}, {(File.Exists(use.Path) ? "which is in another folder" : "which does not exist: correct the setting")}.");
            }

            foreach (var part in folder.Unfinished())
            {
                environment.Out.Line($"{Path.GetFileName(part)} is the beginning ({Quantities.Bytes(new FileInfo(part).Length)}) of a model. Pull it again to go on, or delete the file.");
            }

            return Task.FromResult(ExitCodes.Success);
        });
        return command;
    }

    private static string Describe(ModelDefinition model, ModelAdapter adapter)
    {
        try
        {
            var bytes = AdapterFile.Check(adapter, model.Name, GgufReader.Read(model.Path ?? throw new ModelLoadException($"Models:{model.Name}:Path is not set.", "Set it to the model's file.")));
            var scale = adapter.Scale is 1 ? "" : string.Create(CultureInfo.InvariantCulture, $" at a scale of {adapter.Scale}");
            return $"{adapter.Path} ({Quantities.Bytes(bytes)}){scale}.";
        }
        catch (ModelLoadException exception)
        {
            return $"{adapter.Path}, which cannot be used: {exception.Message}";
        }
    }
}
