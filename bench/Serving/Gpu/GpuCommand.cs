using System.CommandLine;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Pipeline.Bench.Jobs;
using Pipeline.Bench.Measuring;
using Pipeline.Bench.Models;
using Pipeline.Bench.Serving.Sides;
using Pipeline.Inference;
using Pipeline.Inference.LLamaSharp;

namespace Pipeline.Bench.Serving.Gpu;

/// <summary>Whether and how fast everything runs on a GPU. Needs no network; prints one JSON object, also where there is no GPU.</summary>
internal static class GpuCommand
{
    private const int NoDevice = 3;
    private static readonly Option<string> _root = new("--root") { Description = "The checkout, built", Required = true };
    private static readonly Option<string> _scratch = new("--scratch") { Description = "Directory for models and logs", Required = true };
    private static readonly Option<string> _device = new("--device") { Description = "gpu, or cpu to show only that the benchmark works", DefaultValueFactory = _ => "gpu" };
    private static readonly Option<string?> _library = new("--backend-library") { Description = "A ggml backend library beside the package for CPUs, for example libggml-cuda.so" };
    private static readonly Option<string?> _shape = new("--shape") { Description = "Shape of the random weights: qwen2.5-7b; on the CPU small" };
    private static readonly Option<string> _types = new("--types") { Description = "Types of the weights, with commas", DefaultValueFactory = _ => "q4_k_m,f16" };
    private static readonly Option<int> _threads = new("--threads") { Description = "CPU threads", DefaultValueFactory = _ => 2 };
    private static readonly Option<string> _emotion = new("--emotion") { Description = "GGUF file of the model that labels", Required = true };
    private static readonly Option<string> _embedding = new("--embedding") { Description = "GGUF file of the model that embeds", Required = true };
    private static readonly Option<string?> _record = new("--record") { Description = "Directory for a file with the figures" };
    private static readonly Option<string> _commit = new("--commit") { Description = "What was built", DefaultValueFactory = _ => "unknown" };

    public static Command Create()
    {
        Command command = new("gpu", "Measures on a GPU.") { _root, _scratch, _device, _library, _shape, _types, _threads, _emotion, _embedding, _record, _commit };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        bool onCpu = parsed.GetValue(_device) == "cpu";
        string? library = parsed.GetValue(_library) is { } path ? Path.GetFullPath(path) : null;
        using OffloadLog log = new();
        LLamaSharpModelLoader loader = new(Options.Create(new InferenceOptions { BackendLibrary = library }), TimeProvider.System, log);
        Device device;
        try
        {
            device = Device.Find(loader, onCpu, library);
        }
        catch (Exception exception) when (exception is BenchException or InferenceException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            Console.Out.WriteLine(new JsonObject { ["bench"] = "gpu", ["error"] = exception.Message }.ToJsonString());
            return NoDevice;
        }

        JsonObject result = await MeasureAsync(parsed, loader, log, device, library, cancellationToken);
        if (parsed.GetValue(_record) is { } directory)
        {
            JsonObject record = (JsonObject)result.DeepClone();
            record["surroundings"] = Machine.Describe(parsed.GetRequiredValue(_commit), TimeProvider.System);
            await RecordFile.WriteAsync(directory, record, TimeProvider.System, cancellationToken);
        }

        Console.Out.WriteLine(result.ToJsonString());
        return (bool?)result["conformance"]?["passed"] is false ? 1 : 0;
    }

    private static async Task<JsonObject> MeasureAsync(
        ParseResult parsed, LLamaSharpModelLoader loader, OffloadLog log, Device device, string? library, CancellationToken cancellationToken)
    {
        string root = Path.GetFullPath(parsed.GetRequiredValue(_root));
        string scratch = Path.GetFullPath(parsed.GetRequiredValue(_scratch));
        int threads = parsed.GetValue(_threads);
        GpuSizes sizes = device.IsCpu ? GpuSizes.Small : GpuSizes.Full;
        string shape = parsed.GetValue(_shape) ?? (device.IsCpu ? "small" : "qwen2.5-7b");
        JsonObject result = new()
        {
            ["bench"] = "gpu",
            ["devices"] = new JsonArray([.. device.Accelerators.Select(gpu => JsonValue.Create(gpu.Name))]),
            ["device_memory_mb"] = device.MemoryTotalBytes >> 20,
            ["shape"] = shape,
            ["conformance"] = await Conformance.RunAsync(root, device, library, Console.Error, cancellationToken),
        };

        string? first = null;
        foreach (string type in parsed.GetRequiredValue(_types).Split(','))
        {
            string file = Path.Combine(scratch, $"{shape}-{type}.gguf");
            long start = Stopwatch.GetTimestamp();
            if (!File.Exists(file))
            {
                await Console.Error.WriteLineAsync($"writing {file}");
                ModelWriter.Write(new() { Preset = ModelPresets.Parse(shape), Weights = WeightTypes.Parse(type) }, file, cancellationToken);
            }

            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            await Console.Error.WriteLineAsync($"{type}:");
            JsonObject measured = await new WeightsMeasure(loader, log, device, sizes, threads, Console.Error).RunAsync(file, cancellationToken);
            measured["write_s"] = Math.Round(seconds, 1);
            result[type] = measured;
            first ??= file;
        }

        result["pipeline"] = await PipelineAsync(root, scratch, first!, parsed, device, sizes, library, threads, cancellationToken);
        return result;
    }

    private static async Task<JsonObject?> PipelineAsync(
        string root, string scratch, string model, ParseResult parsed, Device device, GpuSizes sizes, string? library, int threads, CancellationToken cancellationToken)
    {
        if (Environment.GetEnvironmentVariable("Postgres__ConnectionString") is null)
        {
            await Console.Error.WriteLineAsync("left out: the whole pipeline. There is no PostgreSQL and RabbitMQ here; bench/run starts them where they are installed.");
            return null;
        }

        Stage stage = new(root, scratch, "python3", new Servers(), TimeProvider.System);
        Files files = new(model, parsed.GetRequiredValue(_emotion), parsed.GetRequiredValue(_embedding));
        return await new ChatsMeasure(stage, files, device, sizes, library, threads).RunAsync(cancellationToken);
    }
}
