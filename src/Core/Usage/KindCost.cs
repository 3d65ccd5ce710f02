namespace Pipeline.Core.Usage;

/// <summary>
/// What jobs of a kind take beside what the length of their inputs says (<see cref="Relay.JobCost"/>), as measured of those that finished:
/// languages have more or fewer bytes a token, prompts have instructions around the input, and a short input may be the name of a long document.
/// </summary>
internal sealed record KindCost
{
    private const double FactorMin = 0.01;
    private const double FactorMax = 10_000;
    private const double CompletionMax = 1_000_000;
    private const double SecondsMax = 1_000_000;

    private KindCost()
    {
    }

    /// <summary>Of kinds of which nothing is known yet: the length of the input alone.</summary>
    public static KindCost Unmeasured { get; } = new() { Prompt = 1, Computed = 1, Completion = 0 };

    /// <summary>Tokens of the prompt for each that the length says.</summary>
    public required double Prompt { get; init; }

    /// <summary>Those of them that have to be computed, because no other job had them before.</summary>
    public required double Computed { get; init; }

    /// <summary>Tokens of the answer of one job.</summary>
    public required double Completion { get; init; }

    /// <summary>How long a worker has one, from its start to its end; null where nobody knows.</summary>
    public TimeSpan? WorkerTime { get; init; }

    /// <summary>Within bounds, whatever a model says that it counted.</summary>
    public static KindCost Measured(double prompt, double computed, double completion, double seconds) => new()
    {
        Prompt = Math.Clamp(prompt, FactorMin, FactorMax),
        Computed = Math.Clamp(computed, FactorMin, FactorMax),
        Completion = Math.Clamp(completion, 0, CompletionMax),
        WorkerTime = TimeSpan.FromSeconds(Math.Clamp(seconds, 0, SecondsMax)),
    };

    /// <summary>Of a budget, which pays for the whole prompt.</summary>
    /// <param name="length">Of the input of one job, in tokens.</param>
    public double Tokens(double length) => (Prompt * length) + Completion;

    /// <summary>Of the work that jobs take from others.</summary>
    /// <param name="length">Of the inputs of all, in tokens.</param>
    /// <param name="jobs">How many they are.</param>
    public double Work(double length, int jobs) => (Computed * length) + (Completion * jobs);
}
