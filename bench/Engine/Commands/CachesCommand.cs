using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pipeline.Bench.Engine.Measures;
using Pipeline.Bench.Measuring;
using Pipeline.Inference;
using Pipeline.Inference.LLamaSharp;
using Pipeline.Inference.Models;

namespace Pipeline.Bench.Engine.Commands;

/// <summary>What it costs that clients share nothing of the prefix cache: texts a second of many clients with one instruction, over those of one.</summary>
internal static class CachesCommand
{
    private const int Texts = 64;

    private static readonly int[] _clients = [8, Texts];

    public static Command Create()
    {
        Command command = new("caches", "Clients that have a prefix cache each, beside one for all.") { OneModel.File, OneModel.Threads, OneModel.Rounds, OneModel.Record, OneModel.Commit };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string path = parsed.GetRequiredValue(OneModel.File);
        LLamaSharpModelLoader loader = new(Options.Create(new InferenceOptions()), TimeProvider.System, NullLoggerFactory.Instance);
        IReadOnlyList<LabelScoringRequest> requests;
        using (ILanguageModel model = loader.Load(path, new ModelParameters()))
        {
            requests = new Workload(model, Texts).Requests;
        }

        IOptions<InferenceOptions> options = Options.Create(new InferenceOptions { Threads = parsed.GetValue(OneModel.Threads), GpuLayers = 0 });
        await using LocalModels models = new(loader, options, new(), TimeProvider.System, NullLogger<LocalModels>.Instance);
        LocalModel engine = await models.LoadAsync(path, requests[0], cancellationToken);
        Dictionary<int, List<double>> ratios = _clients.ToDictionary(clients => clients, _ => new List<double>());
        JsonArray samples = [];
        await MeasureAsync(engine, requests, clients: 1, round: -1, cancellationToken);
        for (int round = 0; round < parsed.GetValue(OneModel.Rounds); round++)
        {
            double one = await MeasureAsync(engine, requests, clients: 1, round, cancellationToken);
            JsonObject sample = new() { ["clients1"] = Math.Round(one, 2) };
            foreach (int clients in _clients)
            {
                double many = await MeasureAsync(engine, requests, clients, round, cancellationToken);
                ratios[clients].Add(many / one);
                sample[Name(clients)] = Math.Round(many, 2);
            }

            samples.Add(sample);
        }

        JsonObject line = new()
        {
            ["bench"] = "caches",
            ["ratios"] = new JsonObject(ratios.Select(ratio => KeyValuePair.Create($"{Name(ratio.Key)}_vs_one", (JsonNode?)Math.Round(Median.Of(ratio.Value), 3)))),
        };
        await OneModel.EndAsync(parsed, line, samples, cancellationToken);
        return 0;
    }

    private static string Name(int clients) => string.Create(CultureInfo.InvariantCulture, $"clients{clients}");

    /// <summary>Texts a second, by clients that nobody has seen before: each computes the instruction once.</summary>
    private static async Task<double> MeasureAsync(LocalModel engine, IReadOnlyList<LabelScoringRequest> requests, int clients, int round, CancellationToken cancellationToken)
    {
        Sample sample = await Stopwatched.RunAsync(async () =>
        {
            LabelScores[] scores = await Task.WhenAll(requests.Select((request, i) => engine.ScoreAsync(
                request with { Cache = new(string.Create(CultureInfo.InvariantCulture, $"{round} {clients} {i % clients}"), IsPublic: false) }, cancellationToken)));
            return scores.Length;
        });
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{clients} clients: {sample.PerSecond:F1} texts/s"));
        return sample.PerSecond;
    }
}
