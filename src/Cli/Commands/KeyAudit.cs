using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Core.Clients;
using Pipeline.Core.Steering;

namespace Pipeline.Cli.Commands;

/// <summary>
/// Writes what is done to keys at a console where the API writes it as well: before it is done, and how it ended. The caller is the local
/// client, and the details name the user of the machine.
/// </summary>
internal sealed class KeyAudit
{
    /// <summary>What the API answers where nothing is made.</summary>
    public const int Done = 200;

    private const int Made = 201;
    private const int NoContent = 204;
    private const int Refused = 400;
    private const int NotFound = 404;
    private const int Conflict = 409;

    private readonly AuditStore _store;
    private readonly Guid _id;
    private readonly JsonObject _details;

    private KeyAudit(AuditStore store, Guid id, JsonObject details) => (_store, _id, _details) = (store, id, details);

    /// <param name="environment">Of the command.</param>
    /// <param name="services">Of the database.</param>
    /// <param name="action">Of <see cref="KeyActions"/>.</param>
    /// <param name="name">Of the client.</param>
    /// <param name="details">What a caller of the API would send; it has neither texts nor secrets.</param>
    /// <param name="cancellationToken">Nothing was done yet.</param>
    public static async Task<KeyAudit> BeginAsync(
        CliEnvironment environment, IServiceProvider services, string action, string name, JsonObject details, CancellationToken cancellationToken)
    {
        foreach (var absent in details.Where(field => field.Value is null).Select(field => field.Key).ToArray())
        {
            details.Remove(absent);
        }

        details["system_user"] = environment.User;
        var store = services.GetRequiredService<AuditStore>();
        return new(store, await store.AddAsync(Core.Clients.Client.LocalId, action, TargetOf(action, name), cancellationToken), details);
    }

    public Task EndAsync(KeyReply reply) => EndAsync(StatusOf(reply), affected: null);

    /// <param name="status">As the API answers.</param>
    /// <param name="affected">How many jobs; null where it was not about jobs.</param>
    public Task EndAsync(int status, long? affected) =>
        // Not cancellable: it is done.
        _store.CompleteAsync(_id, status, _details.ToJsonString(), affected, CancellationToken.None);

    // The path that the API has it at.
    private static string TargetOf(string action, string name) => action switch
    {
        KeyActions.Add => "/api/keys",
        KeyActions.Rotate => $"/api/keys/{name}/rotate",
        KeyActions.Erase => $"/api/keys/{name}/erase",
        _ => $"/api/keys/{name}",
    };

    private static int StatusOf(KeyReply reply) => reply switch
    {
        KeyReply.Made => Made,
        KeyReply.Revoked => NoContent,
        KeyReply.Refused { Reason: KeyRefusal.NotFound } => NotFound,
        KeyReply.Refused { Reason: KeyRefusal.NameTaken or KeyRefusal.LastAdmin } => Conflict,
        KeyReply.Refused => Refused,
        _ => Done,
    };
}
