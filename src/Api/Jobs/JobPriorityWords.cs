using Pipeline.Contracts;

namespace Pipeline.Api.Jobs;

/// <summary>The priorities as the wire spells them.</summary>
internal static class JobPriorityWords
{
    public const string Interactive = "interactive";
    public const string Bulk = "bulk";

    public static JobPriority? Parse(string word) => word switch
    {
        Interactive => JobPriority.Interactive,
        Bulk => JobPriority.Bulk,
        _ => null,
    };

    public static string Of(JobPriority priority) => priority is JobPriority.Bulk ? Bulk : Interactive;

    public static string OfQueue(string kind, string queue) => queue == kind ? Interactive : Bulk;
}
