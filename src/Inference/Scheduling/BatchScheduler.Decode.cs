using Microsoft.Extensions.Logging;
using Pipeline.Inference.Decoding;

namespace Pipeline.Inference.Scheduling;

/// <summary>The forward pass and every way it can end.</summary>
internal sealed partial class BatchScheduler
{
    private void Decode(CancellationToken stopping)
    {
        DecodeResult result;
        Exception? cause = null;
        try
        {
            _decoder.UseAdapter(_adapter);
            _pace.Begin();
            result = _decoder.Decode(_composer.Batch, stopping);
        }
#pragma warning disable CA1031 // The loop's boundary: whatever a backend throws belongs to this batch, not to the engine.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            (result, cause) = (DecodeResult.Failed, exception);
        }

        switch (result)
        {
            case DecodeResult.Ok:
                _pace.End(_composer.Batch.Count);
                _passes++;
                _passTokens += _composer.Batch.Count;
                Deliver();
                break;
            case DecodeResult.CacheFull:
                MakeRoom();
                break;
            case DecodeResult.Aborted when stopping.IsCancellationRequested:
                break; // The loop ends and fails everybody.
            default:
                Isolate(result, cause);
                break;
        }
    }

    private void Deliver()
    {
        foreach (InferenceTask task in _composer.Members)
        {
            task.Computed += task.Planned;
            if (task.BuildsPrefix && task.Computed >= task.SharedTokens)
            {
                task.BuildsPrefix = false;
                _prefixes.Keep(task);
            }
        }

        foreach (BatchComposer.Output output in _composer.Outputs)
        {
            try
            {
                ReadOnlySpan<float> logits = _decoder.GetLogits(output.BatchIndex);
                if (output.Tag == BatchComposer.PromptTag)
                {
                    output.Task.AcceptPrompt(logits);
                }
                else
                {
                    output.Task.AcceptStep(output.Tag, logits, _sequences);
                }
            }
            catch (InferenceException exception)
            {
                output.Task.Fail(exception);
            }
        }

        DropAbandoned();
    }

    private void MakeRoom()
    {
        if (_prefixes.EvictOne())
        {
            return;
        }

        InferenceTask youngest = _active[^1];
        if (_active.Count == 1)
        {
            _active.Remove(youngest);
            Release(youngest);
            youngest.Fail(new InferenceException(
                $"The KV cache of {_budget.Capacity} tokens has no room for this request alone. Raise Inference:ContextTokens."));
            return;
        }

        Evict(youngest);
    }

    /// <summary>A failure with one request in the batch is that request's; with more, each is tried again alone.</summary>
    private void Isolate(DecodeResult result, Exception? cause)
    {
        InferenceTask[] members = [.. _composer.Members];
        LogFailed(_logger, cause, result, _composer.Batch.Count, members.Length);
        foreach (InferenceTask task in members.Reverse())
        {
            _active.Remove(task);
            Release(task);
            if (members.Length == 1)
            {
                task.Fail(new InferenceException(
                    $"The decoder failed ({result}) on a prompt of {task.Prompt.Length} tokens. The log of the inference library says why.", cause));
            }
            else
            {
                task.RunsAlone = true;
                _waiting.Return(task);
            }
        }
    }

    [LoggerMessage(3004, LogLevel.Warning, "KV cache full: a request of {PromptTokens} prompt tokens waits again; {Active} active")]
    private static partial void LogEvicted(ILogger logger, int promptTokens, int active);

    [LoggerMessage(3005, LogLevel.Error, "Decoder failed ({Result}) on a batch of {Tokens} tokens of {Requests} requests")]
    private static partial void LogFailed(ILogger logger, Exception? exception, DecodeResult result, int tokens, int requests);
}
