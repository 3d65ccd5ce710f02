namespace Pipeline.Inference.Scheduling;

/// <summary>What the scheduler holds between two ticks.</summary>
internal sealed record SchedulerState(int Active, int Waiting, int Prefixes, int KvUsed, int KvCapacity, int SequencesFree);
