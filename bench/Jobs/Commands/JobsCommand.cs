using System.CommandLine;
using Pipeline.Bench.Jobs.Measures;
using Pipeline.Bench.Jobs.Reports;
using Pipeline.Bench.Jobs.Sides;

namespace Pipeline.Bench.Jobs.Commands;

/// <summary>Jobs that do nothing, from their submission to their durable results.</summary>
internal static class JobsCommand
{
    private static readonly Ratio[] _ratios =
    [
        new("http_vs_fastapi_celery", "pipeline.http", "fastapi-celery.http"),
        new("http_vs_bullmq_pg", "pipeline.http", "bullmq-pg.http"),
        new("bulk_vs_raw", "pipeline.bulk", "raw.bulk"),
        new("bulk_vs_bullmq_pg", "pipeline.bulk", "bullmq-pg.bulk"),
        new("latency_vs_masstransit", "masstransit.latency", "pipeline.latency"),
    ];

    public static Command Create() => RunOptions.Command("jobs", "Measures jobs that do nothing, end to end and in turns.", RunAsync);

    private static async Task<int> RunAsync(Stage stage, Sizes sizes, ParseResult parsed, CancellationToken cancellationToken)
    {
        await using Field field = new(Console.Error);
        PipelineSide pipeline = await field.StartAsync(PipelineSide.StartAsync(stage, works: true, cancellationToken));
        FastApiCelery? celery = await field.TryStartAsync(FastApiCelery.Name, FastApiCelery.StartAsync(stage, works: true, cancellationToken));
        BullMq? bullMq = await field.TryStartAsync(BullMq.Name, BullMq.StartAsync(stage, cancellationToken));
        RabbitMqPeer? raw = await field.TryStartAsync("raw", RabbitMqPeer.StartAsync(stage, "raw", cancellationToken));
        RabbitMqPeer? massTransit = await field.TryStartAsync("masstransit", RabbitMqPeer.StartAsync(stage, "masstransit", cancellationToken));

        IMeasure?[][] questions =
        [
            [
                Measure("pipeline.http", pipeline.Results, pipeline.SubmitAsync),
                celery is null ? null : new Throughput("fastapi-celery.http", sizes.CeleryJobs, sizes.CeleryWarmUp, celery.Results, celery.SubmitAsync, stage.Time),
                bullMq is null ? null : Measure("bullmq-pg.http", bullMq.Results, bullMq.SubmitAsync),
            ],
            [
                Measure("pipeline.bulk", pipeline.Results, pipeline.SubmitBatchAsync),
                raw is null ? null : Measure("raw.bulk", raw.Results, raw.SubmitAsync),
                bullMq is null ? null : Measure("bullmq-pg.bulk", bullMq.Results, bullMq.SubmitBatchAsync),
            ],
            [
                new Latency("pipeline.latency", sizes.OneByOne, pipeline.Results, (jobs, stop) => pipeline.OneByOneAsync(jobs, stage.Time, stop), stage.Time),
                massTransit is null ? null : new Latency("masstransit.latency", sizes.OneByOne, massTransit.Results, massTransit.OneByOneAsync, stage.Time)
                {
                    Before = Measure("masstransit.burst", massTransit.Results, massTransit.SubmitAsync),
                },
            ],
        ];

        Rounds rounds = new([.. questions.Select(question => question.OfType<IMeasure>().ToArray())], sizes.Rounds, Console.Error);
        await rounds.RunAsync(cancellationToken);
        return await RunOptions.FinishAsync(new("jobs", _ratios, rounds, pipeline.MemoryMegabytes), rounds, field, parsed, cancellationToken);

        Throughput Measure(string name, Results results, Func<int, CancellationToken, Task> submit) =>
            new(name, sizes.Jobs, sizes.WarmUp, results, submit, stage.Time);
    }
}
