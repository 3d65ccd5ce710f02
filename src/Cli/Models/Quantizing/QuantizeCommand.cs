using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Cli.Display;
using Pipeline.Inference.Hardware;
using Pipeline.Inference.LLamaSharp.Quantizing;
using Pipeline.Inference.Models;

namespace Pipeline.Cli.Models.Quantizing;

/// <summary><c>models quantize SOURCE --to TYPE</c>: a copy of a model with coarser weights.</summary>
internal static class QuantizeCommand
{
    public static Command Create(CliEnvironment environment, Func<ParseResult, ModelFolder> folderOf)
    {
        var source = new Argument<string>("source") { Description = ModelArgument.Description };
        var to = new Option<string>("--to") { Description = $"{string.Join(", ", QuantizationType.All.Select(type => type.Name))}.", HelpName = "Q4_K_M", Required = true };
        var file = new Option<string?>("--out") { Description = "File to write; default beside the source, named by the type.", HelpName = "F.gguf" };
        var again = new Option<bool>("--requantize") { Description = "Takes a source that is quantised already: what it has lost stays lost." };
        var threads = ModelArgument.Number("--threads", "CPU threads; default three quarters of the cores.", 1, 1_024);
        var command = new Command("quantize", "Writes a copy of a model with coarser weights: smaller and faster, and less like the original.") { source, to, file, again, threads };
        command.Do(environment, async (parsed, cancellationToken) =>
        {
            var model = ModelArgument.Find(parsed.GetRequiredValue(source), folderOf(parsed), environment);
            var type = QuantizationType.Find(parsed.GetRequiredValue(to))
                ?? throw new CommandException($"There is no type '{parsed.GetRequiredValue(to)}'. Take one of {string.Join(", ", QuantizationType.All.Select(known => known.Name))}.");
            Quantization plan = new(model, type, Path.GetFullPath(parsed.GetValue(file) ?? Quantization.NameFor(model, type)), parsed.GetValue(again));
            plan.Check();
            await RunAsync(environment, plan, parsed.GetValue(threads) ?? HardwarePlan.Threads(MachineReader.Read()), cancellationToken);
            environment.Out.Line(plan.Target);
            environment.Error.Line($"{Quantities.Bytes(new FileInfo(plan.Target).Length)} instead of {Quantities.Bytes(model.Bytes)}. What that costs, ./run models compare {model.Path} {plan.Target} shows.");
            return ExitCodes.Success;
        });
        return command;
    }

    private static async Task RunAsync(CliEnvironment environment, Quantization plan, int threads, CancellationToken cancellationToken)
    {
        try
        {
            using QuantizedPart part = QuantizedPart.Open(plan.Target);
            using TensorMeter meter = new(environment);
            await new ModelQuantizer(NullLoggerFactory.Instance, TimeProvider.System).RunAsync(
                plan.Source.Path, part.Path, plan.Type, threads, plan.Requantizes, meter.Advance, cancellationToken);
            meter.Dispose();
            Checksums.Record(plan.Target, await part.FinishAsync(plan.Target, cancellationToken));
        }
        catch (ModelLoadException exception)
        {
            throw new CommandException(exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"{plan.Target} cannot be written: {exception.Message.TrimEnd('.')}. Make room or get the right to, or name another file with --out.");
        }
    }
}
