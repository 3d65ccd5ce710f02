using Pipeline.Api.Jobs;

namespace Pipeline.Api.Events;

/// <summary>The events of <c>GET /api/jobs/{id}/events</c>.</summary>
internal sealed class EventFormat : IStreamFormat
{
    public void Write(SseWriter sse, JobUpdate update)
    {
        switch (update)
        {
            case JobUpdate.State state:
                sse.Write("state", null, new(state.Value, state.Attempt, state.JobsAhead), ApiJson.Wire.StateEvent);
                break;
            case JobUpdate.Progress progress:
                sse.Write("progress", null, new(progress.Done), ApiJson.Wire.ProgressEvent);
                break;
            case JobUpdate.Text text:
                sse.Write("tokens", LastEventId.Of(text.End), new(text.At.Attempt, text.At.Offset, text.Value), ApiJson.Wire.TokensEvent);
                break;
            case JobUpdate.Ended ended:
                sse.Write("end", LastEventId.End, JobResource.Of(ended.Job), ApiJson.Wire.JobResource);
                break;
            case JobUpdate.Silence:
                sse.WriteKeepAlive();
                break;
        }
    }
}

/// <param name="JobsAhead">Jobs before it in its queue, while it waits.</param>
internal sealed record StateEvent(string State, int Attempt, int? JobsAhead);

/// <param name="Done">0 to 1.</param>
internal sealed record ProgressEvent(double Done);

/// <param name="Attempt">Each attempt begins its text anew.</param>
/// <param name="Offset">Where the text begins, in UTF-16 code units.</param>
internal sealed record TokensEvent(int Attempt, int Offset, string Text);
