using System.Text.Json.Nodes;
using Pipeline.Bench.Measuring;
using Pipeline.Inference;
using Pipeline.Inference.Residence;

namespace Pipeline.Bench.Engine.Residence;

/// <summary>Four jobs of one model to one of another, at random, where memory holds one; beside all of the one and then all of the other.</summary>
internal sealed class MixMeasure(string[] files, int threads, int jobs, int slots)
{
    private const double ShareOfFirst = 0.8;
    private const int Seed = 7;
    private const int WarmUps = 16;
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(30);

    public async Task<JsonObject> RunAsync(CancellationToken cancellationToken)
    {
        int one = OneOnly();
        await using LocalModels models = Asking.Engine(threads, one, WaitMax);
        models.Define(new("a", files[0]));
        models.Define(new("b", files[1]));
        Random random = new(Seed);
        string[] mixed = [.. Enumerable.Range(0, jobs).Select(_ => random.NextDouble() < ShareOfFirst ? "a" : "b")];

        // The best order: all of a, which is there, then all of b. Each half is measured by itself, and both loads.
        await models.LoadAsync("a", cancellationToken);
        await Asking.AllAsync(models, [.. mixed.Where(name => name is "a").Take(WarmUps)], slots, cancellationToken); // Touches every page.
        var (first, _) = await Asking.AllAsync(models, [.. mixed.Where(name => name is "a")], slots, cancellationToken);
        await models.LoadAsync("b", cancellationToken);
        var (second, _) = await Asking.AllAsync(models, [.. mixed.Where(name => name is "b")], slots, cancellationToken);
        await models.LoadAsync("a", cancellationToken);
        TimeSpan load = models.Status.Max(model => model.LoadTime)!.Value;
        TimeSpan best = first + load + second;

        int loads = models.Loads;
        var (took, answers) = await Asking.AllAsync(models, mixed, slots, cancellationToken);
        if (answers.Any(answer => answer.Model != answer.Wanted))
        {
            throw new BenchException("A job was done by another model than it asked for.");
        }

        TimeSpan running = answers.Max(answer => answer.All - answer.First);
        TimeSpan longest = answers.Max(answer => answer.First);
        TimeSpan bound = WaitMax + load + running;
        double ratio = best / took;
        await Console.Error.WriteLineAsync(
            $"{jobs} jobs in memory for one model ({one} MiB): {took.TotalSeconds:0.0} s with {models.Loads - loads} loads of {load.TotalSeconds:0.0} s; the best order {best.TotalSeconds:0.0} s: {ratio:0.00}. Longest wait {longest.TotalSeconds:0.0} s, bound {bound.TotalSeconds:0.0} s");
        return new()
        {
            ["jobs"] = jobs, ["slots"] = slots, ["jobs_per_s"] = jobs / took.TotalSeconds, ["best_jobs_per_s"] = jobs / best.TotalSeconds, ["ratio"] = ratio, ["loads"] = models.Loads - loads, ["load_s"] = load.TotalSeconds,
            ["longest_wait_s"] = longest.TotalSeconds, ["bound_s"] = bound.TotalSeconds, ["within_bound"] = longest <= bound,
        };
    }

    /// <summary>Memory for one and a half.</summary>
    private int OneOnly()
    {
        using LocalModels measuring = Asking.Engine(threads, mebibytes: null, WaitMax);
        measuring.Define(new("a", files[0]));
        ModelFootprint footprint = measuring.Status.Single().Footprint;
        return (int)((footprint.MainBytes * 3 / 2) >> 20) + 1;
    }
}
