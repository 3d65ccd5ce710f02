using System.Text.Json;
using Pipeline.Cli.Display;
using Pipeline.Inference;
using Pipeline.Inference.Measuring;
using Pipeline.Workers.Inference.Offline;

namespace Pipeline.Cli.Models.Comparing;

/// <summary>Measures models one after the other, and has each do the same jobs.</summary>
/// <param name="jobs">Null where only speed is compared.</param>
internal sealed class ModelContest(CliEnvironment environment, Bench bench, JobFile? jobs)
{
    public const int PositionsMaxDefault = 4_096;

    // Enough to fill the batch of a model on a CPU.
    private const int JobsAtOnce = 8;

    /// <summary>Positions at which distributions are compared.</summary>
    public required int PositionsMax { get; init; }

    /// <exception cref="CommandException">A model cannot be loaded, or failed.</exception>
    public async Task<Comparison> RunAsync(IReadOnlyList<StoredModel> models, CancellationToken cancellationToken)
    {
        List<ModelFigures> figures = [];
        MeasuredModel? reference = null;
        IReadOnlyList<JsonElement?>? first = null;
        int[][] texts = [];
        int? positions = null;
        try
        {
            foreach (var (name, model) in Names(models).Zip(models))
            {
                var (measured, found) = await bench.MeasureAsync(name, model, cancellationToken);
                Divergence? divergence = null;
                string? problem = null;
                if (reference is null && jobs?.Texts.Any() is true)
                {
                    reference = measured; // Stays loaded: distributions over a whole vocabulary are too much to keep.
                    texts = [.. jobs.Texts.Select(text => Divergence.Tokens(measured, text.Messages, text.Answer, cancellationToken))];
                }
                else
                {
                    using (measured)
                    {
                        (divergence, problem) = await DivergeAsync(reference, measured, texts, cancellationToken);
                    }
                }

                positions = divergence?.Positions ?? positions;
                if (jobs is not null)
                {
                    var results = await AnswerAsync(name, model, jobs, cancellationToken);
                    var quality = jobs.Judge(results, first ??= results);
                    found = found with { Quality = quality with { KlDivergence = divergence?.Mean, SameBest = divergence?.SameBest, KlProblem = problem } };
                }

                figures.Add(found);
            }
        }
        finally
        {
            reference?.Dispose();
        }

        return new(jobs?.Kind.Name, jobs?.Inputs.Count, positions, figures);
    }

    private async Task<(Divergence?, string?)> DivergeAsync(MeasuredModel? reference, MeasuredModel model, int[][] texts, CancellationToken cancellationToken)
    {
        if (reference is null || texts is [])
        {
            return default;
        }

        if (!Divergence.SharesVocabulary(reference, model))
        {
            return (null, "its vocabulary is not the first model's, so there is no divergence.");
        }

        environment.Error.Line("Comparing its distributions with the first model's.");
        try
        {
            return (await Task.Run(() => Divergence.Measure(reference, model, texts, PositionsMax, cancellationToken), cancellationToken), null);
        }
        catch (InferenceException exception)
        {
            throw new CommandException(exception.Message);
        }
    }

    private async Task<IReadOnlyList<JsonElement?>> AnswerAsync(string name, StoredModel model, JobFile jobs, CancellationToken cancellationToken)
    {
        environment.Error.Line($"{name} does {Figures.Count(jobs.Inputs.Count, "job")}.");
        using ProgressMeter progress = new(environment, jobs.Inputs.Count);
        var results = new JsonElement?[jobs.Inputs.Count];
        try
        {
            await using var offline = OfflineJobs.Open(environment.Settings(), jobs.Kind, model.Path);
            ParallelOptions parallel = new() { MaxDegreeOfParallelism = JobsAtOnce, CancellationToken = cancellationToken };
            await Parallel.ForAsync(0, results.Length, parallel, async (row, token) =>
            {
                results[row] = await offline.DoAsync(jobs.Inputs[row], token);
                progress.Advance(1);
            });
        }
        catch (InferenceException exception)
        {
            throw new CommandException(exception.Message);
        }

        return results;
    }

    /// <summary>The shortest that tell them apart.</summary>
    private static IEnumerable<string> Names(IReadOnlyList<StoredModel> models) => models.Select((model, index) =>
        models.Count(other => other.Stem == model.Stem) is 1 ? model.Stem : $"{model.Stem} ({index + 1})");
}
