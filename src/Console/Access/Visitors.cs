using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Pipeline.Core.Clients;

namespace Pipeline.Console.Access;

/// <summary>For whom a browser acts: the client of the key that it logged in with, or, while there are no keys and only on this machine, the local one.</summary>
internal sealed class Visitors(SessionStore sessions, ClientStore clients, IOptions<ConsoleOptions> options)
{
    /// <summary>Null: somebody who has to log in.</summary>
    public async Task<Client?> FindAsync(HttpContext context)
    {
        if (SessionCookie.Read(context) is { } token && await sessions.FindAsync(token, context.RequestAborted) is { } client)
        {
            return client;
        }

        return LocalRequest.Is(context) && !await clients.AnyKeysAsync(context.RequestAborted) ? Client.Local : null;
    }

    /// <summary>Logs in; false: nobody has this key.</summary>
    public async Task<bool> EnterAsync(HttpContext context, string key)
    {
        if (key.Length is 0 || await clients.FindByKeyAsync(key, context.RequestAborted) is not { KeyId: { } keyId })
        {
            return false;
        }

        // Always a new one: whoever planted the old has nothing.
        await LeaveAsync(context);
        var length = options.Value.SessionLength;
        SessionCookie.Write(context, await sessions.BeginAsync(keyId, length, context.RequestAborted), length);
        return true;
    }

    public async Task LeaveAsync(HttpContext context)
    {
        if (SessionCookie.Read(context) is { } token)
        {
            await sessions.EndAsync(token, context.RequestAborted);
            SessionCookie.Delete(context);
        }
    }
}
