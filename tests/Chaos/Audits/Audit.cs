using Pipeline.Chaos.Clients;

namespace Pipeline.Chaos.Audits;

/// <summary>Holds what clients were told against what the database has.</summary>
internal static class Audit
{
    public static Verdict Compare(ClientLog log, IReadOnlyList<JobRow> rows, IReadOnlyDictionary<Guid, int> endings)
    {
        var byId = rows.ToDictionary(row => row.Id);
        var byBatch = rows.Where(row => row.BatchId is not null).ToDictionary(row => (row.BatchId!.Value, row.BatchIndex!.Value));
        var verdict = new Verdict { Accepted = log.Accepted };
        var known = new HashSet<Guid>();
        foreach (var receipt in log.Receipts)
        {
            foreach (var (text, i) in receipt.Submission.Texts.Select((text, i) => (text, i)))
            {
                var row = receipt.BatchId is { } batch ? byBatch.GetValueOrDefault((batch, i)) : byId.GetValueOrDefault(receipt.JobIds[i]);
                if (row is not null)
                {
                    known.Add(row.Id);
                }

                Judge(verdict, receipt, text, row);
            }
        }

        verdict.Duplicated.AddRange(log.Contradictions);
        verdict.Duplicated.AddRange(rows.GroupBy(row => row.Text).Where(same => same.Count() > 1).Select(same => $"{same.Count()} jobs with the text of {same.First()}"));
        verdict.Duplicated.AddRange(rows.Where(row => endings.GetValueOrDefault(row.Id) > 1).Select(row => $"ended {endings[row.Id]} times: {row}"));
        verdict.Unknown.AddRange(rows.Where(row => !known.Contains(row.Id)).Select(row => $"submitted by nobody: {row}"));

        // Otherwise the watch was blind, and what it did not see proves nothing.
        verdict.Lost.AddRange(rows.Where(row => row.IsFinal && !endings.ContainsKey(row.Id)).Select(row => $"final, and no ending was seen: {row}"));
        return verdict with { RunAgain = rows.Count(row => row.Attempt > 1) };
    }

    private static void Judge(Verdict verdict, Receipt receipt, string text, JobRow? row)
    {
        if (row is null || row.Text != text)
        {
            verdict.Lost.Add($"accepted under {receipt.Submission.Key}, and not there: '{text[..Math.Min(text.Length, 40)]}'");
        }
        else if (!row.IsFinal)
        {
            verdict.Stuck.Add($"not final: {row}");
        }
        else if (row.IsQuarantined)
        {
            verdict.Quarantined.Add($"{row}");
        }
        else if (!row.HasItsResult)
        {
            verdict.Lost.Add($"final without its result: {row}");
        }
    }
}
