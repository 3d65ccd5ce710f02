using System.CommandLine;
using Pipeline.Bench.Measuring;
using Pipeline.Bench.Serving;
using Pipeline.Bench.Serving.Gpu;
using Pipeline.Inference;

RootCommand root = new("Benchmarks of serving.") { ServingCommand.Create(), GpuCommand.Create() };
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (OperationCanceledException)
{
    return 130;
}
catch (Exception exception) when (exception is BenchException or InferenceException or ArgumentException or HttpRequestException or IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}
