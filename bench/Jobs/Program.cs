using System.CommandLine;
using Npgsql;
using Pipeline.Bench.Jobs.Commands;
using Pipeline.Bench.Measuring;
using Pipeline.Inference;

RootCommand root = new("Benchmarks of the way of a job.")
{
    JobsCommand.Create(), IntakeCommand.Create(), HistoryCommand.Create(), VersionsCommand.Create(), FairnessCommand.Create(), BacklogCommand.Create(), SoakCommand.Create(), OutageCommand.Create(), BatchesCommand.Create(), ReportCommand.Create(), StreamCommand.Create(), TelemetryCommand.Create(), EncryptionCommand.Create(), ScalingCommand.Create(), ConsoleCommand.Create(), NeighboursCommand.Create(), SteeringCommand.Create(),
};
try
{
    return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (OperationCanceledException)
{
    return 130;
}
catch (Exception exception) when (exception is BenchException or InferenceException or NpgsqlException or IOException or UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync(exception.Message);
    return 1;
}
