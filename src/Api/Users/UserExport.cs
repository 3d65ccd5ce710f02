using System.Text.Json;
using Pipeline.Api.Batches;
using Pipeline.Api.Conversations;
using Pipeline.Api.Documents;
using Pipeline.Api.Interviews;
using Pipeline.Api.Jobs;
using Pipeline.Api.Webhooks;
using Pipeline.Contracts;
using Pipeline.Core.Conversations;
using Pipeline.Core.Documents;
using Pipeline.Core.Erasure;
using Pipeline.Core.Files;
using Pipeline.Core.Webhooks;

namespace Pipeline.Api.Users;

/// <summary>Where an export reads from.</summary>
internal sealed record UserExports(
    UserStore Jobs, WebhookStore Webhooks, FileStore Files, ConversationStore Conversations, DocumentStore Documents, JobCatalog Catalog);

/// <summary>
/// Writes all that is kept of a user, one thing a line, in pages that are read whole before they are sent: memory stays the same however
/// much there is, and a slow reader holds no connection to the database. The last line says that it is the last.
/// </summary>
internal sealed class UserExport(UserExports stores, Guid clientId, string user) : IResult
{
    // A result can have a megabyte.
    private const int JobsMax = 20;
    private const int IdsMax = 100;

    private static readonly byte[] NewLine = [(byte)'\n'];

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (response, cancellationToken) = (httpContext.Response, httpContext.RequestAborted);
        response.ContentType = BatchFormats.LinesType;
        var (conversations, documents, jobs, files) = (0, 0, 0, 0);
        await foreach (var line in ConversationsAsync(cancellationToken))
        {
            await WriteAsync(response, line, cancellationToken);
            conversations++;
        }

        await foreach (var line in DocumentsAsync(cancellationToken))
        {
            await WriteAsync(response, line, cancellationToken);
            documents++;
        }

        await foreach (var line in JobsAsync(cancellationToken))
        {
            await WriteAsync(response, line, cancellationToken);
            jobs += line.Job is null ? 0 : 1;
            files += line.File is null ? 0 : 1;
        }

        await WriteAsync(response, new("end") { Conversations = conversations, Documents = documents, Jobs = jobs, Files = files }, cancellationToken);
    }

    private static async Task WriteAsync(HttpResponse response, UserExportLine line, CancellationToken cancellationToken)
    {
        await JsonSerializer.SerializeAsync(response.Body, line, ApiJson.Wire.UserExportLine, cancellationToken);
        await response.Body.WriteAsync(NewLine, cancellationToken);
    }

    private async IAsyncEnumerable<UserExportLine> ConversationsAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = Guid.Empty;
        while (await stores.Conversations.ListOfUserAsync(clientId, user, after, IdsMax, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var (id, kind) in page)
            {
                if (await stores.Conversations.FindAsync(clientId, kind, id, cancellationToken) is { } found)
                {
                    yield return kind is ConversationKind.Interview
                        ? new("interview") { Interview = InterviewResource.Of(found) }
                        : new("conversation") { Conversation = ConversationResource.Of(found, messages: true) };
                }
            }

            after = page[^1].Id;
        }
    }

    private async IAsyncEnumerable<UserExportLine> DocumentsAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = Guid.Empty;
        while (await stores.Documents.ListOfUserAsync(clientId, user, after, IdsMax, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var id in page)
            {
                if (await stores.Documents.FindAsync(clientId, id, cancellationToken) is { } found)
                {
                    yield return new("document")
                    {
                        Document = DocumentResource.Of(found),
                        Text = (await stores.Documents.TextAsync(clientId, id, cancellationToken))?.Text,
                    };
                }
            }

            after = page[^1];
        }
    }

    private async IAsyncEnumerable<UserExportLine> JobsAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = Guid.Empty;
        HashSet<Guid> batches = []; // Those whose files were written. A client has few beside their jobs.
        while (await stores.Jobs.JobsAsync(clientId, user, after, JobsMax, cancellationToken) is { Count: > 0 } page)
        {
            Guid[] ids = [.. page.Select(job => job.Id)];
            var responses = (await stores.Jobs.ResponsesAsync(clientId, ids, cancellationToken)).ToDictionary(response => response.Id);
            var deliveries = (await stores.Webhooks.OfJobsAsync(clientId, ids, cancellationToken)).ToLookup(delivery => delivery.JobId);
            foreach (var job in page)
            {
                yield return new("job")
                {
                    Job = JobResource.Of(job),
                    Input = StoredInput.ForClients(job.Input, stores.Catalog.TryFind(job.Kind, out var kind) ? kind : null),
                    Response = responses.TryGetValue(job.Id, out var response) ? UserResponseResource.Of(response) : null,
                    Deliveries = deliveries.Contains(job.Id) ? [.. deliveries[job.Id].Select(DeliveryResource.Of)] : null,
                };
            }

            Guid[] found = [.. page.Select(job => job.BatchId).OfType<Guid>().Where(batches.Add)];
            foreach (var file in found is [] ? [] : await stores.Files.OfBatchesAsync(clientId, found, cancellationToken))
            {
                yield return new("file") { File = UserFileResource.Of(file) };
            }

            after = page[^1].Id;
        }
    }
}
