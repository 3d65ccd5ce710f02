using Microsoft.Extensions.Logging;
using Pipeline.Inference.Embeddings;
using Pipeline.Inference.Remote.Calls;

namespace Pipeline.Inference.Remote.Fallback;

/// <summary>
/// When the cloud is asked: the local engine failed or took too long. Not for a prompt that is too long, because an operator
/// set that limit and a paid provider is no way around it; not for a wrong request, which is wrong there as well; not when the
/// caller gave up.
/// </summary>
internal sealed partial class FallbackGate(FallbackOptions options, TimeProvider time, ILogger<FallbackGate> logger)
{
    private int _inCloud; // 1 from the first answer of the cloud to the next local one, so that an outage is two lines of log.

    public string Provider => options.Provider.ToString();

    /// <summary>The local answer, or the cloud's.</summary>
    /// <exception cref="InferenceException">Both failed; the message has both causes.</exception>
    public async Task<T> AskAsync<T>(
        Func<CancellationToken, Task<T>> local, Func<CancellationToken, Task<T>> cloud, CancellationToken cancellationToken)
    {
        InferenceException failure;
        using (Deadline deadline = Start(cancellationToken))
        {
            try
            {
                T answer = await local(deadline.Token);
                LocalAnswered();
                return answer;
            }
            catch (Exception e) when (LocalFailure(e, deadline, cancellationToken) is not null)
            {
                failure = LocalFailure(e, deadline, cancellationToken)!;
            }
        }

        try
        {
            T answer = await cloud(cancellationToken);
            CloudAnswered(failure);
            return answer;
        }
        catch (InferenceException e)
        {
            throw BothFailed(failure, e);
        }
    }

    public Deadline Start(CancellationToken cancellationToken) => new(options.LocalTimeout, time, cancellationToken);

    /// <summary>Null where the cloud must not be asked, and the exception goes to the caller.</summary>
    public InferenceException? LocalFailure(Exception exception, Deadline deadline, CancellationToken cancellationToken) => exception switch
    {
        _ when cancellationToken.IsCancellationRequested => null,
        PromptTooLongException or PromptRefusedException or TextTooLongException => null,
        InferenceException e => e,
        OperationCanceledException when deadline.Passed => new InferenceException(
            $"The local engine did not answer within {options.LocalTimeout.TotalSeconds:0.###} s (Fallback:LocalTimeout)."),
        _ => null,
    };

    public InferenceException BothFailed(InferenceException local, InferenceException cloud) =>
        new($"The local engine failed: {local.Message} The fallback to {Provider} failed as well: {cloud.Message}", new AggregateException(local, cloud));

    public void LocalAnswered()
    {
        if (Interlocked.Exchange(ref _inCloud, 0) == 1)
        {
            LogBack(logger, Provider);
        }
    }

    public void CloudAnswered(InferenceException failure)
    {
        if (Interlocked.Exchange(ref _inCloud, 1) == 0)
        {
            LogFallback(logger, Provider, options.Model!, failure.Message);
        }
    }

    [LoggerMessage(3400, LogLevel.Warning, "{Provider} ({Model}) answers where the local engine fails: {Failure}")]
    private static partial void LogFallback(ILogger logger, string provider, string model, string failure);

    [LoggerMessage(3401, LogLevel.Information, "The local engine answers again; {Provider} is not asked any more")]
    private static partial void LogBack(ILogger logger, string provider);
}
