using System.CommandLine;
using System.Text.Json.Nodes;
using Pipeline.Bench.Jobs.Http;
using Pipeline.Bench.Jobs.Measures;
using Pipeline.Bench.Jobs.Sides;

namespace Pipeline.Bench.Jobs.Commands;

/// <summary>The pipeline alone, and single requests at half of the rate that it can do.</summary>
internal sealed class HalfLoad : IAsyncDisposable
{
    private const double Share = 0.5;
    private static readonly Option<string> _services = new("--services") { Description = "Directory of the servers that eng/services runs", Required = true };
    private readonly Field _field;
    private readonly Stage _stage;

    private HalfLoad(Field field, PipelineSide pipeline, PrivateBroker broker, double perSecond, Stage stage) =>
        (_field, Pipeline, Broker, PerSecond, _stage) = (field, pipeline, broker, perSecond, stage);

    public PipelineSide Pipeline { get; }

    public PrivateBroker Broker { get; }

    public double PerSecond { get; }

    public static Command Command(
        string name, string description, Func<Stage, Sizes, ParseResult, CancellationToken, Task<int>> run, Option<int> option) =>
        RunOptions.Command(name, description, run, option, _services);

    /// <summary>Starts the pipeline and measures what it can do.</summary>
    public static async Task<HalfLoad> StartAsync(Stage stage, Sizes sizes, ParseResult parsed, CancellationToken cancellationToken)
    {
        Field field = new(Console.Error);
        try
        {
            PipelineSide pipeline = await field.StartAsync(PipelineSide.StartAsync(stage, works: true, cancellationToken));
            Throughput most = new("pipeline.http", sizes.Jobs, sizes.WarmUp, pipeline.Results, pipeline.SubmitAsync, stage.Time);
            await most.WarmUpAsync(cancellationToken);
            double perSecond = Share * (await most.MeasureAsync(cancellationToken)).Value;
            await pipeline.Results.ClearAsync(cancellationToken);
            return new(field, pipeline, new(stage, parsed.GetRequiredValue(_services)), perSecond, stage);
        }
        catch
        {
            await field.DisposeAsync();
            throw;
        }
    }

    public SteadyLoad New() => new(Pipeline.Port, KeepAliveConnection.Post(PipelineSide.Path, PipelineSide.Item), PerSecond, _stage.Time);

    /// <summary>Writes the line, and the record with more of it if somebody asked for one.</summary>
    public async Task FinishAsync(JsonObject line, ParseResult parsed, CancellationToken cancellationToken, JsonArray? eachMinute = null)
    {
        await RunOptions.RecordAsync(
            surroundings =>
            {
                JsonObject record = line.DeepClone().AsObject();
                record["surroundings"] = surroundings;
                if (eachMinute is not null)
                {
                    record["each_minute"] = eachMinute;
                }

                return record;
            },
            _field, parsed, cancellationToken);
        Console.Out.WriteLine(line.ToJsonString());
    }

    public ValueTask DisposeAsync() => _field.DisposeAsync();
}
