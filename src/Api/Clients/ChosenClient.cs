using Pipeline.Api.Jobs;
using Pipeline.Api.Problems;
using Pipeline.Core.Clients;

namespace Pipeline.Api.Clients;

/// <summary>Whose things a request is about: the caller's own, or, for an operator, those of a client that it names.</summary>
internal static class ChosenClient
{
    /// <summary>Instead of a client's name.</summary>
    public const string Everybody = "*";

    /// <param name="name">Null, or the caller's own: the caller.</param>
    /// <param name="errors">Is told where nobody has the name.</param>
    /// <returns>The client, null for everybody; or why the caller may not ask for others.</returns>
    public static async Task<(Guid? Id, Problem? Forbidden)> FindAsync(HttpContext context, ClientStore clients, string field, string? name, InputErrors errors)
    {
        if (name is null || name == context.Client().Name)
        {
            return (context.ClientId(), null);
        }

        if (context.Client().Role < Role.Operator)
        {
            return (null, RoleGate.Forbidden(context.Client(), Role.Operator));
        }

        var id = name is Everybody ? null : await clients.FindIdAsync(name, context.RequestAborted);
        if (id is null && name is not Everybody)
        {
            errors.Add(field, $"is \"{name}\": no client of this name has a key in force. Send \"{Everybody}\" for all clients.");
        }

        return (id, null);
    }

    /// <summary>The id in a path, and whose it has to be, of a request that names a client in its query.</summary>
    public static async Task<(Guid Id, Guid? Owner, IResult? Refusal)> ReadAsync(string id, HttpContext context, ClientStore clients)
    {
        var errors = new InputErrors();
        var parsed = JobIds.Parse(id, errors);
        QueryParameters.RefuseUnknown(context.Request.Query, errors, JobsDocs.ClientParameter);
        var name = QueryParameters.Single(context.Request.Query, JobsDocs.ClientParameter, errors);
        var (owner, forbidden) = await FindAsync(context, clients, JobsDocs.ClientParameter, name, errors);
        return (parsed, owner, forbidden ?? (errors.Any ? errors.ToProblem() : null));
    }
}
