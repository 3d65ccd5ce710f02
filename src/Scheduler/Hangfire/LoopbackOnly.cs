using Pipeline.Core.Clients;

namespace Pipeline.Scheduler.Hangfire;

/// <summary>Lets in only a browser on this machine that asked for this machine, by the rule of the API.</summary>
internal static class LoopbackOnly
{
    public static bool IsLocal(HttpContext http) => http.Connection.RemoteIpAddress is not null && LocalRequest.Is(http);
}
