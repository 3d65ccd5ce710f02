using Pipeline.Api.Jobs;
using Pipeline.Api.Problems;

namespace Pipeline.Api.Events;

/// <summary><c>?on_disconnect=cancel</c>: the job is for this connection alone. Otherwise it goes on when the client leaves.</summary>
internal static class OnDisconnect
{
    public const string Name = "on_disconnect";

    private const string Cancel = "cancel";
    private const string Continue = "continue";

    /// <summary>Whether a job ends with its client.</summary>
    public static bool Cancels(IQueryCollection query, InputErrors errors)
    {
        var value = PageQuery.Single(query, Name, errors);
        if (value is not (null or Cancel or Continue))
        {
            errors.Add(Name, $"is \"{value}\": send {Cancel}, or {Continue}, which is the default.");
        }

        return value is Cancel;
    }
}
