using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;
using Pipeline.Bench.Engine.Measures;
using Pipeline.Bench.Measuring;
using Pipeline.Inference;
using Pipeline.Inference.Models;

namespace Pipeline.Bench.Engine.Residence;

/// <summary>Eight answers at a time, half of them through one adapter and half through another, beside eight through one: for turns of 1, 4 and 16 passes.</summary>
/// <param name="model">File of the model.</param>
/// <param name="adapters">Files of two adapters.</param>
/// <param name="threads">CPU threads.</param>
/// <param name="rounds">Measurements of each side.</param>
internal sealed class AdapterMeasure(string model, string[] adapters, int threads, int rounds)
{
    private const int Answers = 8;
    private const int Tokens = 32;

    private static readonly int[] _passes = [1, 4, 16];

    /// <returns>Figures by the name of their ratio, such as "adapters4_vs_one".</returns>
    public async Task<JsonObject> RunAsync(CancellationToken cancellationToken)
    {
        JsonObject all = [];
        foreach (int passes in _passes)
        {
            all[string.Create(CultureInfo.InvariantCulture, $"adapters{passes}_vs_one")] = await MeasureAsync(passes, cancellationToken);
        }

        return all;
    }

    private async Task<JsonObject> MeasureAsync(int passes, CancellationToken cancellationToken)
    {
        await using LocalModels models = Asking.Engine(new() { Threads = threads, ContextTokens = 2_048, AdapterPassesMax = passes });
        NamedModel named = new("model", model) { Adapters = [.. adapters.Select((path, i) => new ModelAdapter(NameOf(i), path))] };
        string[] names = [.. named.Adapters.Select(adapter => named.Through(adapter).Name)];
        models.Define(named);
        named.Adapters.ToList().ForEach(adapter => models.Define(named.Through(adapter)));
        await AnswerAsync(models, names, cancellationToken); // Touches every page, and has the prompts cached.

        List<Sample> one = [], two = [];
        for (int round = 0; round < rounds; round++)
        {
            one.Add(await AnswerAsync(models, names[..1], cancellationToken));
            two.Add(await AnswerAsync(models, names, cancellationToken));
        }

        double ratio = Median.Of(two.Zip(one, (a, b) => a.PerSecond / b.PerSecond));
        double oneRate = Median.Of(one.Select(sample => sample.PerSecond)), twoRate = Median.Of(two.Select(sample => sample.PerSecond));
        await Console.Error.WriteLineAsync(string.Create(
            CultureInfo.InvariantCulture, $"{Answers} answers of two adapters in turns of {passes} passes: {twoRate:0.0} tokens/s, of one {oneRate:0.0}: {ratio:0.00}"));
        return new() { ["passes"] = passes, ["answers"] = Answers, ["two_tokens_per_s"] = twoRate, ["one_tokens_per_s"] = oneRate, ["ratio"] = ratio };
    }

    /// <summary>Answers at once, the next through the next adapter.</summary>
    private static Task<Sample> AnswerAsync(LocalModels models, string[] names, CancellationToken cancellationToken) => Stopwatched.RunAsync(async () =>
    {
        ChatResponse[] answers = await Task.WhenAll(Enumerable.Range(0, Answers).Select(i => models.GetResponseAsync(
            [new(ChatRole.User, $"Job {i}")], new() { ModelId = names[i % names.Length], MaxOutputTokens = Tokens, Temperature = 0 }, cancellationToken)));
        return (int)answers.Sum(answer => answer.Usage?.OutputTokenCount ?? 0);
    });

    private static string NameOf(int number) => number is 0 ? "first" : "second";
}
