namespace Pipeline.Inference.Residence;

/// <summary>
/// Which models are in memory. A pure function of what is asked for, how long it has waited, and what loading takes. A model that is
/// not loaded waits while those that are have work, but no longer than <paramref name="waitMax"/>; then the one that was loaded
/// longest takes nothing new, ends what it runs and makes room.
/// </summary>
/// <param name="budget">For all loaded models together.</param>
/// <param name="waitMax">Bound of unfairness.</param>
internal sealed class ResidencePolicy(ModelFootprint budget, TimeSpan waitMax)
{
    // An idle model goes at once where nothing is known of loads, else after this share of what leaving and coming back would cost:
    // the next of its jobs is often a moment away.
    private const double IdleShare = 0.1;

    public TimeSpan WaitMax => waitMax;

    public ModelFootprint Budget => budget;

    /// <summary>What to do now; asked again whenever something changes, and after <see cref="ResidenceDecision.LookAgainIn"/>.</summary>
    public ResidenceDecision Decide(IReadOnlyCollection<ResidentModel> models)
    {
        if (models.Any(model => model.Phase is ModelPhase.Loading or ModelPhase.Leaving))
        {
            // One thing at a time. Whoever makes room goes on making it.
            return new() { Closed = [.. models.Where(model => model.IsClosed)] };
        }

        if (models.Where(model => model is { Phase: ModelPhase.Loaded, IsNamed: false, IsIdle: true }).ToArray() is { Length: > 0 } left)
        {
            return new() { Closed = left };
        }

        TimeSpan? again = null;
        var wanted = models.Where(model => model is { Phase: ModelPhase.Absent, Waiting: > 0 })
            .OrderByDescending(model => model.IsUrgent).ThenByDescending(model => model.WaitingFor);
        foreach (ResidentModel model in wanted)
        {
            if (HasRoom(models, model, []))
            {
                return new() { Load = model };
            }

            bool isForced = model.IsUrgent || model.WaitingFor >= waitMax;
            if (Leaving(models, model, isForced, ref again) is { Count: > 0 } leaving)
            {
                return new() { Closed = leaving };
            }

            if (isForced)
            {
                break; // Nobody else takes the room that it waits for.
            }

            Sooner(ref again, waitMax - model.WaitingFor);
        }

        return new() { LookAgainIn = again };
    }

    /// <summary>Those that have to go for a model; none where that is not worth it yet.</summary>
    private List<ResidentModel> Leaving(IReadOnlyCollection<ResidentModel> models, ResidentModel wanted, bool isForced, ref TimeSpan? again)
    {
        List<ResidentModel> leaving = [];
        var candidates = models.Where(model => model.Phase is ModelPhase.Loaded).OrderByDescending(model => wanted.IsUrgent && model.IsReplaced)
            .ThenBy(model => model.IsNamed).ThenByDescending(model => model.IsIdle)
            .ThenByDescending(model => model.IsIdle ? model.IdleFor : model.LoadedFor);
        foreach (ResidentModel model in candidates)
        {
            TimeSpan stays = Stays(model, wanted, isForced);
            if (stays > TimeSpan.Zero)
            {
                if (stays < TimeSpan.MaxValue)
                {
                    Sooner(ref again, stays);
                }

                continue;
            }

            leaving.Add(model);
            if (HasRoom(models, wanted, leaving))
            {
                // The first of them may be too small to matter.
                leaving.RemoveAll(small => HasRoom(models, wanted, [.. leaving.Where(other => other != small)]));
                return leaving;
            }
        }

        return [];
    }

    /// <summary>How much longer a loaded model is kept from another.</summary>
    private static TimeSpan Stays(ResidentModel model, ResidentModel wanted, bool isForced) =>
        wanted.IsUrgent || (isForced && model.IsIdle) ? TimeSpan.Zero
        : model.IsIdle ? (IdleShare * (model.LoadTime + wanted.LoadTime)) - model.IdleFor
        : !isForced ? TimeSpan.MaxValue
        : model.LoadTime - model.LoadedFor; // At least as long as it took to load: half of the time is work even where all wait too long.

    private bool HasRoom(IEnumerable<ResidentModel> models, ResidentModel wanted, List<ResidentModel> without) =>
        models.Where(model => model.Phase is not ModelPhase.Absent && !without.Contains(model))
            .Aggregate(wanted.Footprint, (sum, model) => sum + model.Footprint).IsWithin(budget);

    private static void Sooner(ref TimeSpan? again, TimeSpan time) => again = again is { } known && known < time ? known : time;
}

/// <summary>What <see cref="ResidencePolicy"/> wants.</summary>
internal sealed record ResidenceDecision
{
    /// <summary>To be loaded now; there is room.</summary>
    public ResidentModel? Load { get; init; }

    /// <summary>Take nothing new, and leave once idle; all others are open.</summary>
    public IReadOnlyList<ResidentModel> Closed { get; init; } = [];

    /// <summary>When to ask again though nothing changed.</summary>
    public TimeSpan? LookAgainIn { get; init; }
}
