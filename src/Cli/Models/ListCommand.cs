using System.CommandLine;
using Pipeline.Cli.Display;

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
}
