using System.CommandLine;
using Npgsql;
using Pipeline.Bench.Embeddings;
using Pipeline.Bench.Measuring;
using Pipeline.Inference;

try
{
    return await EmbeddingsCommand.Create().Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (OperationCanceledException)
{
    return 130;
}
catch (Exception exception) when (exception is BenchException or InferenceException or NpgsqlException or HttpRequestException or IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}
