using System.Collections.Concurrent;
using System.Text.Json;
using Pipeline.Contracts;
using Pipeline.Core.Attempts;
using Pipeline.Inference;
using Pipeline.Workers.Inference.Generating;

namespace Pipeline.Workers.Inference.InterviewReports;

/// <summary>The map of a report: judges each item by itself and keeps it, so that no item is judged twice whatever dies.</summary>
internal sealed class ItemJudge(TextModel model, IJobSteps steps, InterviewReportOptions options, TimeProvider time)
{
    /// <summary>Every item in order, or null when the slice is over and some are left; what is finished is kept.</summary>
    /// <exception cref="UnfitItemException">An item is too long for the model.</exception>
    public async Task<IReadOnlyList<FinishedItem>?> JudgeAsync(InterviewReport job, JobContext context, CancellationToken cancellationToken)
    {
        var items = job.Items!;
        var started = time.GetTimestamp();
        var kept = await steps.BeginAsync(context.JobId, items.Count, cancellationToken);
        ConcurrentDictionary<int, FinishedItem> finished = new(kept.Select(step => KeyValuePair.Create(
            step.Key, JsonSerializer.Deserialize(step.Value, FinishedItemJson.Default.FinishedItem)!)));

        // At least one in each attempt, however short the slice: an attempt that goes on for free must move.
        var first = finished.Count;
        var left = Enumerable.Range(0, items.Count).Where(index => !finished.ContainsKey(index))
            .TakeWhile(_ => finished.Count == first || time.GetElapsedTime(started) < options.Slice);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.ItemsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(left, parallel, async (index, token) =>
        {
            finished[index] = await JudgeAsync(job, index, context, token);
            context.Updates.Report((double)finished.Count / items.Count);
        });
        return finished.Count == items.Count ? [.. Enumerable.Range(0, items.Count).Select(index => finished[index])] : null;
    }

    private async Task<FinishedItem> JudgeAsync(InterviewReport job, int index, JobContext context, CancellationToken cancellationToken)
    {
        try
        {
            var (fields, answer) = await model.FillAsync(
                InterviewReport.Ask(job.QuestionPrompt!, job.Items![index]), ItemFields.Schema, ItemFields.Json, options, context, cancellationToken);
            FinishedItem item = new() { Fields = fields, Answer = answer with { Text = "" } };
            await steps.SaveAsync(context.JobId, index, JsonSerializer.Serialize(item, FinishedItemJson.Default.FinishedItem), cancellationToken);
            return item;
        }
        catch (InferenceException e) when (e is PromptTooLongException or AnswerTruncatedException)
        {
            throw new UnfitItemException($"items[{index}] cannot be judged. {e.Message}");
        }
    }
}

/// <summary>An item that this model cannot judge, now or later.</summary>
internal sealed class UnfitItemException(string message) : Exception(message);
