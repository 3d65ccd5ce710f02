using System.CommandLine;
using Pipeline.Bench.Engine.Commands;
using Pipeline.Bench.Measuring;
using Pipeline.Inference;

RootCommand root = new("Benchmarks of the inference engine.") { CompareCommand.Create(), ModelCommand.Create(), RooflineCommand.Create(), ModelsCommand.Create(), TemplatesCommand.Create(), CachesCommand.Create() };
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (OperationCanceledException)
{
    return 130;
}
catch (Exception exception) when (exception is BenchException or InferenceException or ArgumentException or IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}
