using System.CommandLine;
using Pipeline.Bench.Jobs.Measures;
using Pipeline.Bench.Jobs.Reports;
using Pipeline.Bench.Jobs.Sides;

namespace Pipeline.Bench.Jobs.Commands;

/// <summary>How many jobs a server accepts.</summary>
internal static class IntakeCommand
{
    private static readonly Ratio[] _ratios = [new("intake_vs_fastapi_celery", "pipeline.intake", "fastapi-celery.intake")];

    public static Command Create() => RunOptions.Command("intake", "Measures how many jobs HTTP servers accept, in turns.", RunAsync);

    private static async Task<int> RunAsync(Stage stage, Sizes sizes, ParseResult parsed, CancellationToken cancellationToken)
    {
        await using Field field = new(Console.Error);
        PipelineSide pipeline = await field.StartAsync(PipelineSide.StartAsync(stage, works: false, cancellationToken));
        FastApiCelery? celery = await field.TryStartAsync(FastApiCelery.Name, FastApiCelery.StartAsync(stage, works: false, cancellationToken));

        List<IMeasure> question = [new Intake("pipeline.intake", new(pipeline.Address, PipelineSide.Path), PipelineSide.Item, pipeline.Results, sizes, stage)];
        if (celery is not null)
        {
            question.Add(new Intake("fastapi-celery.intake", new(celery.Address, FastApiCelery.Path), FastApiCelery.Item, celery.Results, sizes, stage));
        }

        Rounds rounds = new([[.. question]], sizes.Rounds, Console.Error);
        await rounds.RunAsync(cancellationToken);
        return await RunOptions.FinishAsync(new("intake", _ratios, rounds, pipeline.MemoryMegabytes), rounds, field, parsed, cancellationToken);
    }
}
