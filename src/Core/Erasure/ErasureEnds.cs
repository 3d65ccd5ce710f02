using Npgsql;
using Pipeline.Core.Conversations;
using Pipeline.Core.Documents;
using Pipeline.Core.Steering;

namespace Pipeline.Core.Erasure;

/// <summary>What an erasure takes once the jobs that it was about are gone.</summary>
public sealed class ErasureEnds(
    NpgsqlDataSource dataSource, ConversationStore conversations, DocumentStore documents, ClientErasure clients, TimeProvider time)
{
    private const int PageMax = 100;

    /// <returns>False when there may be more jobs: look at all of them once more.</returns>
    internal async Task<bool> TryEndAsync(JobAction action, CancellationToken cancellationToken)
    {
        switch (action)
        {
            case { Scope: JobActionScope.Batch, BatchId: { } batch, ClientId: { } client }:
                await BatchErasure.EraseAsync(dataSource, client, batch, cancellationToken);
                return true;
            case { Scope: JobActionScope.User, UserId: { } user, ClientId: { } client }:
                await EraseConversationsAsync(client, user, cancellationToken);
                await EraseDocumentsAsync(client, user, cancellationToken);
                return true;
            case { Scope: JobActionScope.Client, ClientId: { } client }:
                return await clients.EraseAsync(client, cancellationToken) is { Rows: 0 } && await CloseAsync(client, action.CreatedAt, cancellationToken);
            default:
                return true;
        }
    }

    private async Task<bool> CloseAsync(Guid client, DateTimeOffset since, CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() - since < ClientErasure.KeyTime)
        {
            return false;
        }

        await clients.CloseAsync(client, cancellationToken);
        return true;
    }

    private async Task EraseConversationsAsync(Guid client, string user, CancellationToken cancellationToken)
    {
        for (var after = Guid.Empty; await conversations.ListOfUserAsync(client, user, after, PageMax, cancellationToken) is { Count: > 0 } page; after = page[^1].Id)
        {
            foreach (var (id, kind) in page)
            {
                await conversations.DeleteAsync(client, kind, id, cancellationToken);
            }
        }
    }

    private async Task EraseDocumentsAsync(Guid client, string user, CancellationToken cancellationToken)
    {
        for (var after = Guid.Empty; await documents.ListOfUserAsync(client, user, after, PageMax, cancellationToken) is { Count: > 0 } page; after = page[^1])
        {
            foreach (var id in page)
            {
                await documents.DeleteAsync(client, id, cancellationToken);
            }
        }
    }
}
