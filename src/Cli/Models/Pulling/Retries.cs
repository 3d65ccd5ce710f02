using System.Globalization;

namespace Pipeline.Cli.Models.Pulling;

/// <summary>Tries again what may yet work: growing waits, or those that the server asks for, within bounds.</summary>
/// <param name="note">Tells the person why nothing comes.</param>
internal sealed class Retries(TimeProvider time, Action<string> note)
{
    /// <summary>Failures in a row, without a byte between them.</summary>
    public const int FailuresMax = 6;

    /// <summary>Of one file: a line that breaks this often is not worth waiting for.</summary>
    public const int TriesMax = 200;

    /// <summary>A server that asks for more is asked again by a person.</summary>
    public static readonly TimeSpan WaitMax = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1);

    /// <param name="position">How far the work is; failures count from the last progress on.</param>
    /// <exception cref="CommandException">It does not work, or no longer pays to try.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> work, Func<long> position, CancellationToken cancellationToken)
    {
        var failures = 0;
        for (var tries = 1; ; tries++)
        {
            var before = position();
            try
            {
                return await work();
            }
            catch (TransferException exception)
            {
                failures = position() > before ? 1 : failures + 1;
                var wait = exception.RetryAfter ?? FirstWait * Math.Pow(2, failures - 1);
                if (!exception.IsTransient || failures >= FailuresMax || tries >= TriesMax || wait > WaitMax)
                {
                    throw new CommandException(exception.Message + Reason(exception, failures, tries, wait));
                }

                note(string.Create(CultureInfo.InvariantCulture, $"{exception.Message} Trying again{(wait > TimeSpan.Zero ? $" in {Math.Ceiling(wait.TotalSeconds)} s" : "")}."));
                await Task.Delay(wait, time, cancellationToken);
            }
        }
    }

    private static string Reason(TransferException exception, int failures, int tries, TimeSpan wait) =>
        !exception.IsTransient ? ""
        : wait > WaitMax ? string.Create(CultureInfo.InvariantCulture, $" It asks to wait for {wait.TotalMinutes:0} minutes. Pull again then: what has come is kept.")
        : $" Gave up after {(failures >= FailuresMax ? failures : tries)} tries. Pull again later: what has come is kept.";
}
