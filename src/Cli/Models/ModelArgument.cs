using System.CommandLine;
using Pipeline.Inference.Catalogue;

namespace Pipeline.Cli.Models;

/// <summary>A model as people name it: a path, a name of section Models, or a file of the folder.</summary>
internal static class ModelArgument
{
    public const string Description = "A GGUF file, the name of one in the folder, or a name of section Models.";

    /// <exception cref="CommandException">There is no such model, or its file cannot be used.</exception>
    public static StoredModel Find(string text, ModelFolder folder, CliEnvironment environment)
    {
        var named = ModelDefinition.Find(ModelSettings.Defined(environment.Settings()), text);
        var model = named?.Path is { } path ? StoredModel.Read(Path.GetFullPath(path))
            : File.Exists(text) ? StoredModel.Read(Path.GetFullPath(text))
            : folder.Find(text);
        return model.Problem is { } problem ? throw new CommandException(problem) : model;
    }

    public static Option<int?> Number(string name, string description, int min, int max)
    {
        var option = new Option<int?>(name) { Description = description };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int?>() is { } value && (value < min || value > max))
            {
                result.AddError($"{name} is {value}; give {min} to {max}.");
            }
        });
        return option;
    }
}
