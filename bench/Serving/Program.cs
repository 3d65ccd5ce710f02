using System.CommandLine;
using Pipeline.Bench.Measuring;
using Pipeline.Bench.Serving;
using Pipeline.Inference;

try
{
    return await ServingCommand.Create().Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (OperationCanceledException)
{
    return 130;
}
catch (Exception exception) when (exception is BenchException or InferenceException or HttpRequestException or IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}
