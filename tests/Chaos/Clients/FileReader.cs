using System.Text.Json;
using Pipeline.Chaos.Audits;
using Pipeline.Chaos.Faults;
using Pipeline.Chaos.Rigs;

namespace Pipeline.Chaos.Clients;

/// <summary>A client that asks for its batch until it has ended, from whichever server answers, and then reads its files over the API.</summary>
internal sealed class FileReader(HttpClient http, Rig rig, ClientLog log, Random random)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    public async Task ReadAsync(Submission submission, string batchId, CancellationToken cancellationToken)
    {
        var batch = await EndOfAsync(batchId, cancellationToken);
        List<string> found = [];
        foreach (var name in (string[])["output_file_id", "error_file_id"])
        {
            if (batch.GetProperty(name).GetString() is { } fileId)
            {
                var content = await UntilAnsweredAsync($"/v1/files/{fileId}/content", cancellationToken);
                found.AddRange(content.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(FileAudit.CustomId));
            }
        }

        var sent = Enumerable.Range(0, submission.Count).Select(submission.CustomId).ToHashSet();
        foreach (var id in sent.Except(found))
        {
            log.WrongFiles.Enqueue($"not read from the files of {batchId}: {id}");
        }

        foreach (var same in found.GroupBy(id => id).Where(same => same.Count() > 1 || !sent.Contains(same.Key)))
        {
            log.WrongFiles.Enqueue($"read {same.Count()} times from the files of {batchId}: {same.Key}");
        }

        await rig.Progress.WriteLineAsync($"{batchId} is {batch.GetProperty("status").GetString()}: {batch.GetProperty("request_counts").GetRawText()}, {found.Count} lines read");
    }

    private async Task<JsonElement> EndOfAsync(string batchId, CancellationToken cancellationToken)
    {
        while (true)
        {
            var batch = JsonElement.Parse(await UntilAnsweredAsync($"/v1/batches/{batchId}", cancellationToken));
            if (batch.GetProperty("status").GetString() is not ("validating" or "in_progress" or "finalizing"))
            {
                return batch;
            }

            await Pause.ForAsync(PollInterval, cancellationToken);
        }
    }

    private async Task<string> UntilAnsweredAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await http.TryReadAsync(new Uri(random.Of(rig.Apis).Address, path), cancellationToken) is { } answer)
            {
                return answer;
            }

            log.Retry();
            await Pause.ForAsync(PollInterval, cancellationToken);
        }
    }
}
