using System.Text;
using System.Text.Json;
using Dapper;
using Npgsql;
using Pipeline.Chaos.Clients;

namespace Pipeline.Chaos.Audits;

/// <summary>Holds the lines that clients sent in files against the files that their batches left: each is once in output or errors.</summary>
internal static class FileAudit
{
    private const string Files = """
        select b.id, coalesce(string_agg(c.data, '' order by c.file_id, c.number), '') as Data
          from file_batches b left join file_chunks c on c.file_id in (b.output_file_id, b.error_file_id)
         group by b.id
        """;

    /// <summary>The lines of output and errors of each batch.</summary>
    public static async Task<IReadOnlyDictionary<Guid, IReadOnlyList<string>>> ReadAsync(NpgsqlConnection database, CancellationToken cancellationToken) =>
        (await database.QueryAsync<(Guid Id, byte[] Data)>(new CommandDefinition(Files, cancellationToken: cancellationToken)))
        .ToDictionary(
            batch => batch.Id,
            IReadOnlyList<string> (batch) => [.. Encoding.UTF8.GetString(batch.Data).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(CustomId)]);

    public static Verdict Add(Verdict verdict, ClientLog log, IReadOnlyDictionary<Guid, IReadOnlyList<string>> files)
    {
        foreach (var receipt in log.Receipts.Where(receipt => receipt.Submission.Shape is SubmissionShape.File))
        {
            var found = files.GetValueOrDefault(receipt.BatchId!.Value, []);
            var sent = Enumerable.Range(0, receipt.Submission.Count).Select(receipt.Submission.CustomId).ToList();
            verdict.Lost.AddRange(sent.Except(found).Select(id => $"in no file of batch {receipt.BatchId}: {id}"));
            verdict.Duplicated.AddRange(found.GroupBy(id => id).Where(same => same.Count() > 1).Select(same => $"{same.Count()} times in files of batch {receipt.BatchId}: {same.Key}"));
        }

        verdict.Lost.AddRange(log.WrongFiles);
        return verdict;
    }

    /// <summary>The client's name of a line of output or errors.</summary>
    public static string CustomId(string line)
    {
        using var document = JsonDocument.Parse(line);
        return document.RootElement.GetProperty("custom_id").GetString() ?? "";
    }
}
