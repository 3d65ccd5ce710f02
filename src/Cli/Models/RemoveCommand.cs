using System.CommandLine;
using Pipeline.Cli.Commands;
using Pipeline.Cli.Display;
using Pipeline.Cli.Models.Pulling;

namespace Pipeline.Cli.Models;

/// <summary><c>models remove NAME</c>.</summary>
internal static class RemoveCommand
{
    public static Command Create(CliEnvironment environment, Func<ParseResult, ModelFolder> folderOf)
    {
        var name = new Argument<string>("name") { Description = "File name of the model, with or without .gguf." };
        var yes = new Option<bool>("--yes") { Description = "Does not ask." };
        var force = new Option<bool>("--force") { Description = "Also one that a setting names." };
        var command = new Command("remove", "Deletes a model's files.") { name, yes, force };
        command.Do(environment, (parsed, _) =>
        {
            var model = folderOf(parsed).Find(parsed.GetRequiredValue(name));
            if (new ModelSettings(environment.Settings()).Uses.FirstOrDefault(model.Is) is { } use && !parsed.GetValue(force))
            {
                throw new CommandException($"{use.Setting} names {model.File}: jobs of {use.Kind} would have no model. Change the setting first, or give --force.");
            }

            var parts = model.Parts.Count > 1 ? $" in {model.Parts.Count} files" : "";
            if (!parsed.GetValue(yes) && !Confirmation.IsGiven(environment, model.File, $"Delete {model.Path} ({Quantities.Bytes(model.Bytes)}{parts})?"))
            {
                environment.Error.Line($"{model.File} stays.");
                return Task.FromResult(ExitCodes.Failure);
            }

            var bytes = model.Bytes;
            foreach (var part in model.Parts)
            {
                File.Delete(part);
                File.Delete(part + Checksums.Extension);
                PartFile.Forget(part);
            }

            environment.Out.Line($"Removed {model.Stem}: {Quantities.Bytes(bytes)} are free again.");
            return Task.FromResult(ExitCodes.Success);
        });
        return command;
    }
}
