using Pipeline.Bench.Jobs.Measures;
using Pipeline.Bench.Jobs.Sides;

namespace Pipeline.Bench.Jobs.Commands;

/// <summary>Two pipelines on one server, each with a database and queues of its own, that are asked the same in turns.</summary>
internal static class PipelinePair
{
    /// <param name="name">Of its database, and before its queues.</param>
    /// <param name="jobs">The table whose rows are the jobs of a measurement.</param>
    /// <param name="more">Environment variables of its processes.</param>
    public static async Task<PipelineSide> StartAsync(
        Field field, Stage stage, string name, string jobs, CancellationToken cancellationToken, IReadOnlyDictionary<string, string>? more = null)
    {
        string postgres = await History.CreateDatabaseAsync(stage, name, cancellationToken);
        return await field.StartAsync(PipelineSide.StartAsync(stage, works: true, postgres, jobs, name + ".", cancellationToken, more));
    }

    /// <summary>Single requests, batches and the latency of one job, as <c>NAME.http</c>, <c>NAME.bulk</c> and <c>NAME.latency</c>.</summary>
    public static async Task<Rounds> RunAsync(
        Stage stage, Sizes sizes, (string Name, PipelineSide Side) one, (string Name, PipelineSide Side) other, CancellationToken cancellationToken)
    {
        Rounds rounds = new(
            [
                [Http(one), Http(other)],
                [Bulk(one), Bulk(other)],
                [Latency(one), Latency(other)],
            ],
            sizes.Rounds,
            Console.Error);
        await rounds.RunAsync(cancellationToken);
        return rounds;

        Throughput Http((string Name, PipelineSide Side) pipeline) => Measure(pipeline.Name + ".http", pipeline.Side, pipeline.Side.SubmitAsync);

        Throughput Bulk((string Name, PipelineSide Side) pipeline) => Measure(pipeline.Name + ".bulk", pipeline.Side, pipeline.Side.SubmitBatchAsync);

        Throughput Measure(string name, PipelineSide side, Func<int, CancellationToken, Task> submit) =>
            new(name, sizes.Jobs, sizes.WarmUp, side.Results, submit, stage.Time);

        Latency Latency((string Name, PipelineSide Side) pipeline) => new(
            pipeline.Name + ".latency", sizes.OneByOne, pipeline.Side.Results, (jobs, stop) => pipeline.Side.OneByOneAsync(jobs, stage.Time, stop), stage.Time);
    }
}
