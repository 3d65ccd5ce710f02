using Pipeline.Contracts;
using Pipeline.Core.Events;
using Pipeline.Core.Jobs;

namespace Pipeline.Api.Events;

/// <summary>What one client was told of a job already, and so what is news to it.</summary>
internal sealed class ToldNews(TextPlace has)
{
    private JobNews.State? _state;
    private double? _progress;

    /// <summary>How much of the text it has.</summary>
    public TextPlace Has { get; private set; } = has;

    public IEnumerable<JobNews> Compare(JobView view)
    {
        var state = new JobNews.State(view.State, view.Attempt, view.JobsAhead);
        if (state != _state)
        {
            yield return _state = state;
        }

        if (view.Progress is { } done && done != _progress)
        {
            _progress = done;
            yield return new JobNews.Progress(done);
        }

        if (view.Text.Length > 0)
        {
            yield return Take(new(view.TextAttempt, view.Offset), view.Text);
        }
    }

    /// <summary>What it still lacks of a final job, with the beginning of an attempt that ended before anybody could tell of it.</summary>
    public IEnumerable<JobNews> Complete(Job job)
    {
        if (_state is { } state && state.Attempt < job.Attempt)
        {
            yield return new JobNews.State(JobState.Running, job.Attempt, JobsAhead: null);
        }

        if (job.Result is { } result && JobCatalog.TryFind(job.Kind, out var kind) && kind.StreamedText(result) is { } text)
        {
            var offset = Has.Attempt == job.Attempt && Has.Offset <= text.Length ? Has.Offset : 0;
            if (offset < text.Length)
            {
                yield return Take(new(job.Attempt, offset), text[offset..]);
            }
        }

        yield return new JobNews.Ended(job);
    }

    private JobNews.Text Take(TextPlace at, string text)
    {
        var news = new JobNews.Text(at, text);
        Has = news.End;
        return news;
    }
}
