using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Cli.Display;
using Pipeline.Inference;
using Pipeline.Inference.LLamaSharp;
using Pipeline.Inference.Measuring;

namespace Pipeline.Cli.Models.Comparing;

/// <summary>Measures models on this machine.</summary>
internal sealed class Bench(CliEnvironment environment, InferenceOptions options, SpeedPlan plan)
{
    // Where no host configures time: what is measured takes the time of the machine.
    private readonly LLamaSharpModelLoader _loader = new(Options.Create(options), TimeProvider.System, NullLoggerFactory.Instance);

    /// <param name="name">As the figures call it.</param>
    /// <returns>The model, still loaded.</returns>
    /// <exception cref="CommandException">It cannot be loaded, or failed.</exception>
    public async Task<(MeasuredModel Model, ModelFigures Figures)> MeasureAsync(string name, StoredModel model, CancellationToken cancellationToken)
    {
        environment.Error.Line($"Measuring {name}, {Quantities.Bytes(model.Bytes)}. Leave the machine alone meanwhile.");
        try
        {
            var (measured, speed) = await Task.Run(() => MeasuredModel.Open(model.Path, _loader, options, plan, cancellationToken), cancellationToken);
            return (measured, ModelFigures.Of(name, model, speed));
        }
        catch (InferenceException exception)
        {
            throw new CommandException(exception.Message);
        }
    }
}
