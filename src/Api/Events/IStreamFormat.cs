namespace Pipeline.Api.Events;

/// <summary>How updates of a job are put into server-sent events. One instance a stream: it may remember what it wrote.</summary>
internal interface IStreamFormat
{
    void Write(SseWriter sse, JobUpdate update);
}
