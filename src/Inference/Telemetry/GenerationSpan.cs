using System.Diagnostics;
using Pipeline.Inference.Generation;

namespace Pipeline.Inference.Telemetry;

/// <summary>Reports one generated answer: as a span, and to the meter.</summary>
internal sealed class GenerationSpan(InferenceMeter meter, Activity? activity, TimeProvider time) : IDisposable
{
    private readonly long _start = time.GetTimestamp();

    public void Finished(GeneratedAnswer answer)
    {
        meter.Generated(answer);
        activity?.SetTag(InferenceTelemetry.InputTokens, answer.PromptTokens);
        activity?.SetTag(InferenceTelemetry.OutputTokens, answer.AnswerTokens);
        activity?.SetTag(InferenceTelemetry.FinishReasons, new[] { answer.End == GenerationEnd.Length ? "length" : "stop" });
    }

    public void Failed(Exception exception)
    {
        meter.Failed(InferenceTelemetry.ChatOperation, time.GetElapsedTime(_start), exception);
        activity?.SetTag(InferenceTelemetry.ErrorType, exception.GetType().Name);
        activity?.SetStatus(exception is OperationCanceledException ? ActivityStatusCode.Unset : ActivityStatusCode.Error);
    }

    public void Dispose() => activity?.Dispose();
}
