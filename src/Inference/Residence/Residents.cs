using Pipeline.Inference.Models;

namespace Pipeline.Inference.Residence;

/// <summary>
/// The models of this process by file, and the names that mean them: loads what is asked for, keeps it while it is used, and lets go
/// of it as <see cref="ResidencePolicy"/> says. All state belongs to the lock; loads and unloads run outside of it, one at a time.
/// </summary>
/// <param name="load">Loads and warms the model of a file.</param>
internal sealed class Residents<TModel>(ResidencePolicy policy, Func<string, Task<TModel>> load, TimeProvider time) : IAsyncDisposable
    where TModel : class, IAsyncDisposable
{
    // What failed to load is not tried again for every job: they are told what is wrong.
    private static readonly TimeSpan FailureTime = TimeSpan.FromSeconds(10);

    // What a plain SSD reads: estimates of what was never loaded rest on it until something was.
    private const double FileBytesPerSecond = 500e6;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Resident> _residents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Resident> _names = new(StringComparer.OrdinalIgnoreCase);
    private double _fileBytesPerSecond = FileBytesPerSecond;
    private ITimer? _timer;
    private Task _change = Task.CompletedTask;
    private bool _isDisposed;

    /// <summary>For all loaded models together.</summary>
    public ModelFootprint Budget => policy.Budget;

    /// <summary>Lets a name mean a file; requests that wait for the name come along. Loads nothing.</summary>
    public void Place(string name, string file, ModelFootprint footprint)
    {
        lock (_lock)
        {
            Resident resident = Find(file, footprint);
            if (_names.TryGetValue(name, out Resident? before) && before != resident)
            {
                resident.Waiters.AddRange(before.Waiters.Where(waiter => waiter.IsFor(name)));
                before.Waiters.RemoveAll(waiter => waiter.IsFor(name));
            }

            _names[name] = resident;

            Grant(resident);
            Decide();
        }
    }

    /// <summary>Waits until the model of a name is loaded. It stays until what is returned is disposed.</summary>
    /// <exception cref="ModelLoadException">It cannot be loaded, or could not a moment ago.</exception>
    /// <exception cref="KeyNotFoundException">The name means nothing.</exception>
    public Task<ModelUse<TModel>> UseAsync(string name, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return WaitAsync(_names[name], new(name, time.GetTimestamp()), cancellationToken);
        }
    }

    /// <summary>Whether a file that a name means is loaded, or would be without another one leaving.</summary>
    public bool HasRoom(string file)
    {
        lock (_lock)
        {
            Resident[] loaded = [.. _residents.Values.Where(resident => resident.Phase is not ModelPhase.Absent && resident.File != file)];
            return loaded.Aggregate(_residents[file].Footprint, (sum, resident) => sum + resident.Footprint).IsWithin(policy.Budget);
        }
    }

    /// <summary>
    /// Loads and warms another file, beside what the name means now where there is room, else after it; then lets the name mean it.
    /// What runs on the old one ends there. Nothing has changed where it cannot be loaded.
    /// </summary>
    public async Task MoveAsync(string name, string file, ModelFootprint footprint, CancellationToken cancellationToken)
    {
        Task<ModelUse<TModel>> loading;
        lock (_lock)
        {
            Resident resident = Find(file, footprint);
            resident.Failure = null; // Whoever moves a name may have mended the file.
            loading = WaitAsync(resident, new(name: null, time.GetTimestamp()) { Replaces = _names.GetValueOrDefault(name) }, cancellationToken);
        }

        using ModelUse<TModel> use = await loading;
        Place(name, file, footprint);
    }

    /// <summary>Every file that a name means or that is still in memory.</summary>
    public IReadOnlyList<(ResidentModel Model, TModel? Loaded, IReadOnlyList<string> Names, TimeSpan? Eta, Exception? Failure)> Look()
    {
        lock (_lock)
        {
            return
            [
                .. _residents.Values.Where(resident => _names.ContainsValue(resident) || resident.Phase is not ModelPhase.Absent).Select(resident => (
                    View(resident), resident.Model, (IReadOnlyList<string>)[.. _names.Where(name => name.Value == resident).Select(name => name.Key)],
                    Eta(resident), resident.Failure)),
            ];
        }
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            // A container disposes of what it has under two services twice.
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            _timer?.Dispose();
            foreach (Resident resident in _residents.Values)
            {
                Fail(resident, Stopping());
            }
        }

        await _change;
        foreach (Resident resident in _residents.Values)
        {
            if (resident.Model is { } model)
            {
                await model.DisposeAsync();
            }
        }
    }

    private static InferenceException Stopping() => new("The inference engine is stopping. Send the request to another worker.");

    private void ThrowIfStopping()
    {
        if (_isDisposed)
        {
            throw Stopping();
        }
    }

    private Resident Find(string file, ModelFootprint footprint)
    {
        ThrowIfStopping();
        if (!_residents.TryGetValue(file, out Resident? resident))
        {
            _residents[file] = resident = new(file);
        }

        resident.Footprint = footprint;
        return resident;
    }

    private Task<ModelUse<TModel>> WaitAsync(Resident resident, Waiter waiter, CancellationToken cancellationToken)
    {
        ThrowIfStopping();
        if (resident.Failure is { } failure && time.GetElapsedTime(resident.FailedAt) < FailureTime)
        {
            return Task.FromException<ModelUse<TModel>>(failure);
        }

        resident.Waiters.Add(waiter);
        Grant(resident);
        Decide();
        return waiter.Granted.Task.IsCompleted ? waiter.Granted.Task : AwaitAsync();

        async Task<ModelUse<TModel>> AwaitAsync()
        {
            await using CancellationTokenRegistration canceling = cancellationToken.Register(() => Cancel(waiter, cancellationToken));
            return await waiter.Granted.Task;
        }
    }

    private void Cancel(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            // It may have moved with its name.
            if (_residents.Values.Any(resident => resident.Waiters.Remove(waiter)))
            {
                waiter.Granted.SetCanceled(cancellationToken);
                Decide();
            }
        }
    }

    private void Grant(Resident resident)
    {
        if (resident is { Phase: ModelPhase.Loaded, IsClosed: false })
        {
            foreach (Waiter waiter in resident.Waiters)
            {
                resident.Users++;
                waiter.Granted.SetResult(new(resident.Model!, () => Release(resident)));
            }

            resident.Waiters.Clear();
        }
    }

    private void Release(Resident resident)
    {
        lock (_lock)
        {
            resident.Users--;
            resident.UsedAt = time.GetTimestamp();
            Decide();
        }
    }

    private void Decide()
    {
        if (_isDisposed)
        {
            return;
        }

        ResidenceDecision decision = policy.Decide([.. _residents.Values.Select(View)]);
        foreach (Resident resident in _residents.Values)
        {
            resident.IsClosed = decision.Closed.Any(model => model.File == resident.File);
            Grant(resident);
        }

        if (decision.Load is { } wanted)
        {
            _change = ChangeAsync(_residents[wanted.File], ModelPhase.Loading, LoadAsync);
        }
        else if (_residents.Values.FirstOrDefault(resident => resident is { IsClosed: true, Users: 0, Phase: ModelPhase.Loaded }) is { } leaving && !IsChanging)
        {
            _change = ChangeAsync(leaving, ModelPhase.Leaving, UnloadAsync);
        }

        if (decision.LookAgainIn is { } wait)
        {
            _timer ??= time.CreateTimer(_ => LookAgain(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _timer.Change(wait < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : wait, Timeout.InfiniteTimeSpan);
        }
    }

    private bool IsChanging => _residents.Values.Any(resident => resident.Phase is ModelPhase.Loading or ModelPhase.Leaving);

    private void LookAgain()
    {
        lock (_lock)
        {
            Decide();
        }
    }

    /// <summary>The phase is set before the work begins, and the work begins outside of the lock.</summary>
    private Task ChangeAsync(Resident resident, ModelPhase phase, Func<Resident, Task> work)
    {
        (resident.Phase, resident.ChangedAt) = (phase, time.GetTimestamp());
        return Task.Run(() => work(resident));
    }

    private async Task LoadAsync(Resident resident)
    {
        try
        {
            TModel model = await load(resident.File);
            lock (_lock)
            {
                (resident.Model, resident.Phase, resident.Failure) = (model, ModelPhase.Loaded, null);
                resident.LoadTime = time.GetElapsedTime(resident.ChangedAt);
                if (resident is { Footprint.FileBytes: > 0, LoadTime.Ticks: > 0 })
                {
                    _fileBytesPerSecond = resident.Footprint.FileBytes / resident.LoadTime.TotalSeconds;
                }

                resident.ChangedAt = resident.UsedAt = time.GetTimestamp();
                Grant(resident);
                Decide();
            }
        }
#pragma warning disable CA1031 // Whatever it is: those who wait for this model are told, and nobody else's requests fail.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            lock (_lock)
            {
                (resident.Phase, resident.Failure, resident.FailedAt) = (ModelPhase.Absent, exception, time.GetTimestamp());
                Fail(resident, exception);
                Decide();
            }
        }
    }

    private async Task UnloadAsync(Resident resident)
    {
        await resident.Model!.DisposeAsync();
        lock (_lock)
        {
            (resident.Model, resident.Phase, resident.IsClosed) = (null, ModelPhase.Absent, false);
            Decide();
        }
    }

    private static void Fail(Resident resident, Exception exception)
    {
        foreach (Waiter waiter in resident.Waiters)
        {
            waiter.Granted.SetException(exception);
        }

        resident.Waiters.Clear();
    }

    private ResidentModel View(Resident resident) => new()
    {
        File = resident.File,
        Phase = resident.Phase,
        Footprint = resident.Footprint,
        Users = resident.Users,
        Waiting = resident.Waiters.Count,
        WaitingFor = resident.Waiters is [] ? TimeSpan.Zero : time.GetElapsedTime(resident.Waiters.Min(waiter => waiter.Since)),
        IsUrgent = resident.Waiters.Exists(waiter => waiter.Name is null),
        IsReplaced = _residents.Values.Any(other => other.Waiters.Exists(waiter => waiter.Replaces == resident)),
        IsNamed = _names.ContainsValue(resident),
        IsClosed = resident.IsClosed,
        IdleFor = resident.Users > 0 ? TimeSpan.Zero : time.GetElapsedTime(resident.UsedAt),
        LoadedFor = time.GetElapsedTime(resident.ChangedAt),
        LoadTime = resident.LoadTime,
    };

    /// <summary>How long a request waits that comes now, at most but for what still runs elsewhere; null where nobody can know, zero where it does not wait.</summary>
    private TimeSpan? Eta(Resident resident) => (resident, LoadTime(resident)) switch
    {
        ({ Phase: ModelPhase.Loaded, IsClosed: false }, _) => TimeSpan.Zero,
        (_, null) => null,
        ({ Phase: ModelPhase.Loading }, { } load) => load - time.GetElapsedTime(resident.ChangedAt) is { Ticks: > 0 } left ? left : TimeSpan.Zero,
        ({ Waiters: [] }, { } load) => policy.WaitMax + load,
        (_, { } load) => policy.WaitMax - time.GetElapsedTime(resident.Waiters.Min(waiter => waiter.Since)) is { Ticks: > 0 } left ? left + load : load,
    };

    /// <summary>What its last load took, else what its file takes at the rate of the last load of another; null where nobody can know.</summary>
    private TimeSpan? LoadTime(Resident resident) =>
        resident.LoadTime > TimeSpan.Zero ? resident.LoadTime
        : resident.Footprint.FileBytes > 0 ? TimeSpan.FromSeconds(resident.Footprint.FileBytes / _fileBytesPerSecond)
        : null;

    private sealed class Resident(string file)
    {
        public string File => file;

        public ModelFootprint Footprint { get; set; }

        public ModelPhase Phase { get; set; }

        public TModel? Model { get; set; }

        public bool IsClosed { get; set; }

        public int Users { get; set; }

        public List<Waiter> Waiters { get; } = [];

        public long UsedAt { get; set; }

        /// <summary>When its phase changed.</summary>
        public long ChangedAt { get; set; }

        public TimeSpan LoadTime { get; set; }

        public Exception? Failure { get; set; }

        public long FailedAt { get; set; }
    }

    /// <param name="name">Null for a name that is being moved.</param>
    private sealed class Waiter(string? name, long since)
    {
        public string? Name => name;

        public long Since => since;

        /// <summary>What the name means that is being moved.</summary>
        public Resident? Replaces { get; init; }

        public TaskCompletionSource<ModelUse<TModel>> Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsFor(string wanted) => string.Equals(name, wanted, StringComparison.OrdinalIgnoreCase);
    }
}
