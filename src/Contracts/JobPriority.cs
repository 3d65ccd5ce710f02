namespace Pipeline.Contracts;

/// <summary>Whether somebody waits for a job. Each kind has one queue for either, so bulk work never delays a person.</summary>
public enum JobPriority
{
    Interactive,
    Bulk,
}
