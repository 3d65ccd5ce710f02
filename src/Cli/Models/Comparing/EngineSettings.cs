using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Pipeline.Inference;

namespace Pipeline.Cli.Models.Comparing;

/// <summary>Section Inference, as a worker of this folder would read it.</summary>
internal static class EngineSettings
{
    /// <exception cref="CommandException">A value makes no sense.</exception>
    public static InferenceOptions Read(CliEnvironment environment)
    {
        try
        {
            InferenceOptions options = new();
            environment.Settings().GetSection(InferenceOptions.Section).Bind(options);
            Validator.ValidateObject(options, new(options), validateAllProperties: true);
            return options;
        }
        catch (Exception exception) when (exception is InvalidOperationException or ValidationException)
        {
            throw new CommandException($"Section {InferenceOptions.Section} cannot be read: {exception.Message}");
        }
    }
}
