using Pipeline.Contracts;
using Pipeline.Core.Jobs;
using Pipeline.Core.Subscriptions;

namespace Pipeline.Api.Events;

/// <summary>What one client was sent of a job, and so what the next update is.</summary>
internal sealed class SentUpdates(JobCatalog catalog, TextPlace has)
{
    private JobUpdate.State? _state;
    private double? _progress;

    /// <summary>How much of the text it has.</summary>
    public TextPlace Has { get; private set; } = has;

    public IEnumerable<JobUpdate> Compare(JobSnapshot snapshot)
    {
        var state = new JobUpdate.State(snapshot.State, snapshot.Attempt, snapshot.JobsAhead);
        if (state != _state)
        {
            yield return _state = state;
        }

        if (snapshot.Progress is { } done && done != _progress)
        {
            _progress = done;
            yield return new JobUpdate.Progress(done);
        }

        if (snapshot.Text.Length > 0)
        {
            yield return Take(new(snapshot.TextAttempt, snapshot.Offset), snapshot.Text);
        }
    }

    /// <summary>What it still lacks of a final job, with the beginning of an attempt that ended before anybody could report it.</summary>
    public IEnumerable<JobUpdate> Complete(Job job)
    {
        if (_state is { } state && state.Attempt < job.Attempt)
        {
            yield return new JobUpdate.State(JobState.Running, job.Attempt, JobsAhead: null);
        }

        if (job.Result is { } result && catalog.TryFind(job.Kind, out var kind) && kind.StreamedText(result) is { } text)
        {
            var offset = Has.Attempt == job.Attempt && Has.Offset <= text.Length ? Has.Offset : 0;
            if (offset < text.Length)
            {
                yield return Take(new(job.Attempt, offset), text[offset..]);
            }
        }

        yield return new JobUpdate.Ended(job);
    }

    private JobUpdate.Text Take(TextPlace at, string text)
    {
        var update = new JobUpdate.Text(at, text);
        Has = update.End;
        return update;
    }
}
