using Hangfire.Common;
using Hangfire.PostgreSql;
using Hangfire.States;
using Hangfire.Storage;

namespace Pipeline.Scheduler.Hangfire;

/// <summary>Hangfire's tables, asked by the clock of the pipeline: by default Hangfire goes by the machine's to find out what is due.</summary>
internal sealed class ClockedStorage(IConnectionFactory connections, PostgreSqlStorageOptions options, TimeProvider time) : PostgreSqlStorage(connections, options)
{
    public override bool HasFeature(string featureId) => featureId == JobStorageFeatures.Connection.GetUtcDateTime || base.HasFeature(featureId);

    public override IStorageConnection GetConnection()
    {
        base.GetConnection().Dispose(); // It prepares the storage, once.
        return new ClockedConnection(this, time);
    }

    private sealed class ClockedConnection(PostgreSqlStorage storage, TimeProvider time) : PostgreSqlConnection(storage)
    {
        public override DateTime GetUtcDateTime() => time.GetUtcNow().UtcDateTime;
    }
}

/// <summary>Retries wait by the clock of the pipeline too: Hangfire adds their delay to the machine's.</summary>
internal sealed class ClockedRetries(TimeProvider time, TimeProvider machine) : JobFilterAttribute, IElectStateFilter
{
    /// <summary>After the filter that decides on a retry.</summary>
    public const int AfterRetries = 100;

    public void OnStateElection(ElectStateContext context)
    {
        if (context.CandidateState is ScheduledState { EnqueueAt: var due } retry)
        {
            context.CandidateState = new ScheduledState(due + (time.GetUtcNow() - machine.GetUtcNow())) { Reason = retry.Reason };
        }
    }
}
