using System.Net.Http.Headers;
using System.Text;
using Hangfire.Annotations;
using Hangfire.Dashboard;
using Pipeline.Core.Clients;

namespace Pipeline.Scheduler.Hangfire;

/// <summary>
/// Admits operators and admins, as the API does where it steers what all clients share, or, while there is no key, browsers on this machine.
/// Browsers ask for a name and a password: the name is of no account, the password is the key.
/// </summary>
internal sealed class DashboardAccess : IDashboardAsyncAuthorizationFilter
{
    private const Role Needed = Role.Operator;

    public Task<bool> AuthorizeAsync([NotNull] DashboardContext context) => IsAdmittedAsync(context.GetHttpContext());

    internal static async Task<bool> IsAdmittedAsync(HttpContext http)
    {
        var clients = http.RequestServices.GetRequiredService<ClientStore>();
        if (!await clients.AnyKeysAsync(http.RequestAborted))
        {
            return LoopbackOnly.IsLocal(http);
        }

        if (Key(http.Request.Headers.Authorization) is { Length: > 0 } key && await clients.FindByKeyAsync(key, http.RequestAborted) is { } client)
        {
            if (client.Role < Needed)
            {
                // Written here, because Hangfire would answer 401, and the browser would ask for another key without saying why.
                http.Response.StatusCode = StatusCodes.Status403Forbidden;
                await http.Response.WriteAsync(
                    $"The key of '{client.Name}' has the role {client.Role.Word()}; the dashboard needs {Needed.Word()}. Open it in a new private window with another key.",
                    http.RequestAborted);
            }

            return client.Role >= Needed;
        }

        // Hangfire answers 401, and this makes the browser ask.
        http.Response.Headers.WWWAuthenticate = "Basic realm=\"pipeline\", charset=\"UTF-8\"";
        return false;
    }

    /// <summary>The key of an Authorization header; null where it holds none.</summary>
    internal static string? Key(string? header)
    {
        if (!AuthenticationHeaderValue.TryParse(header, out var value) || value.Parameter is not { } parameter)
        {
            return null;
        }

        if (value.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
        {
            return parameter;
        }

        var decoded = new byte[parameter.Length];
        return value.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase) && Convert.TryFromBase64String(parameter, decoded, out var length)
            ? Encoding.UTF8.GetString(decoded, 0, length).Split(':', 2) is [_, var password] ? password : null
            : null;
    }
}
