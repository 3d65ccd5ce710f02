using Pipeline.Core.Conversations;
using Pipeline.Core.Documents;
using Pipeline.Core.Erasure;
using Pipeline.Core.Jobs;
using Pipeline.Core.Upkeep;

namespace Pipeline.Scheduler.Retention;

/// <summary>
/// Takes away what is kept for long: conversations and documents where an operator says so, the audit, usage, clients that were revoked long
/// ago, and prompts that quote documents which are gone. What goes of a conversation, document or client is what its own deletion takes.
/// </summary>
internal sealed class OldRecords(
    RecordStore records, ConversationStore conversations, DocumentStore documents, QuoteStore quotes, ClientErasure clients, TimeProvider time)
{
    private const int PageMax = 100;

    public async Task DeleteAsync(RetentionOptions options, CancellationToken cancellationToken)
    {
        if (options.Conversations is { } conversationAge)
        {
            await EachAsync(
                limit => records.OldConversationsAsync(conversationAge, limit, cancellationToken),
                old => conversations.DeleteAsync(old.ClientId, old.Kind, old.Id, cancellationToken),
                cancellationToken);
        }

        if (options.Documents is { } documentAge)
        {
            await EachAsync(
                limit => records.OldDocumentsAsync(documentAge, limit, cancellationToken),
                old => documents.DeleteAsync(old.ClientId, old.Id, cancellationToken),
                cancellationToken);
        }

        await EachAsync(
            limit => records.RevokedClientsAsync(options.RevokedClients, limit, cancellationToken), client => EraseAsync(client, cancellationToken), cancellationToken);
        await Groups.DeleteAsync(PageMax, limit => quotes.EraseDanglingAsync(limit, cancellationToken), cancellationToken);
        var oldest = JobDays.Floor(time.GetUtcNow() - options.Audit);
        await Groups.DeleteAsync(options.GroupMax, limit => records.DeleteAuditAsync(oldest, limit, cancellationToken), cancellationToken);
        await Groups.DeleteAsync(options.GroupMax, limit => records.DeleteJobActionsAsync(oldest, limit, cancellationToken), cancellationToken);
        await Groups.DeleteAsync(options.GroupMax, limit => records.DeleteUsageAsync(options.Usage, limit, cancellationToken), cancellationToken);
        await Groups.DeleteAsync(options.GroupMax, limit => records.DeleteWebhookSecretsAsync(limit, cancellationToken), cancellationToken);
    }

    private async Task EraseAsync(Guid client, CancellationToken cancellationToken)
    {
        await clients.EraseAsync(client, cancellationToken);
        await clients.CloseAsync(client, cancellationToken);
    }

    private static Task<long> EachAsync<T>(Func<int, Task<IReadOnlyList<T>>> find, Func<T, Task> delete, CancellationToken cancellationToken) => Groups.DeleteAsync(
        PageMax,
        async limit =>
        {
            var page = await find(limit);
            foreach (var old in page)
            {
                await delete(old);
            }

            return page.Count;
        },
        cancellationToken);
}
