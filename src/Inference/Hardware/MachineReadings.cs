namespace Pipeline.Inference.Hardware;

/// <summary>What this process may use of the machine.</summary>
/// <param name="PhysicalCores">Cores without their hyper-threads; null where the system does not say.</param>
/// <param name="LogicalProcessors">Processors the process may run on, affinity applied.</param>
/// <param name="CpuQuota">Processors' worth of time that the control group grants; null without a limit.</param>
/// <param name="MemoryAvailableBytes">The smaller of the machine's available memory and what the control groups leave.</param>
public sealed record MachineReadings(int? PhysicalCores, int LogicalProcessors, double? CpuQuota, long MemoryAvailableBytes);
