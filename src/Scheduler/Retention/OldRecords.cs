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
                () => records.OldConversationsAsync(conversationAge, PageMax, cancellationToken),
                old => conversations.DeleteAsync(old.ClientId, old.Kind, old.Id, cancellationToken));
        }

        if (options.Documents is { } documentAge)
        {
            await EachAsync(
                () => records.OldDocumentsAsync(documentAge, PageMax, cancellationToken),
                old => documents.DeleteAsync(old.ClientId, old.Id, cancellationToken));
        }

        await EachAsync(() => records.RevokedClientsAsync(options.RevokedClients, PageMax, cancellationToken), client => EraseAsync(client, cancellationToken));
        await DrainAsync(PageMax, limit => quotes.EraseDanglingAsync(limit, cancellationToken));
        var oldest = JobDays.Floor(time.GetUtcNow() - options.Audit);
        await DrainAsync(options.GroupMax, limit => records.DeleteAuditAsync(oldest, limit, cancellationToken));
        await DrainAsync(options.GroupMax, limit => records.DeleteJobActionsAsync(oldest, limit, cancellationToken));
        await DrainAsync(options.GroupMax, limit => records.DeleteUsageAsync(options.Usage, limit, cancellationToken));
        await DrainAsync(options.GroupMax, limit => records.DeleteWebhookSecretsAsync(limit, cancellationToken));
    }

    private async Task EraseAsync(Guid client, CancellationToken cancellationToken)
    {
        await clients.EraseAsync(client, cancellationToken);
        await clients.CloseAsync(client, cancellationToken);
    }

    private static async Task EachAsync<T>(Func<Task<IReadOnlyList<T>>> find, Func<T, Task> delete)
    {
        IReadOnlyList<T> page;
        do
        {
            page = await find();
            foreach (var old in page)
            {
                await delete(old);
            }
        }
        while (page.Count is PageMax);
    }

    private static async Task DrainAsync(int limit, Func<int, Task<int>> delete)
    {
        while (await delete(limit) == limit)
        {
        }
    }
}
