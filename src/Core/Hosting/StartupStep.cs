using Microsoft.Extensions.Hosting;

namespace Pipeline.Core.Hosting;

/// <summary>Something that must be done before any service of the host starts; it has no other part in the host's life.</summary>
public abstract class StartupStep : IHostedLifecycleService
{
    /// <summary>Does the step.</summary>
    /// <exception cref="StartupException">The host cannot start; the message is one sentence with the remedy.</exception>
    public abstract Task StartingAsync(CancellationToken cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>The process cannot work as it is configured. The message is one sentence for the operator, remedy included.</summary>
public sealed class StartupException : Exception
{
    public StartupException(string sentence)
        : base(sentence)
    {
    }

    public StartupException(string sentence, Exception cause)
        : base(sentence, cause)
    {
    }
}
