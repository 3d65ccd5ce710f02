using System.Text.Json;
using Pipeline.Core.Encryption;

namespace Pipeline.Core.Models;

/// <summary>Whether a job waits for its model, as the rows of workers say.</summary>
internal static class WaitedModel
{
    // Of the worker that has the job, else of all that would take it. What it asks for stands in its input, which
    // is told once.
    public const string OfJob = """
        select case when row_number() over () = 1 then j.input::text end as Input, w.model_files::text as Files
          from jobs j join workers w on w.lease_until > now() and w.ready and (w.id = j.worker_id or (j.worker_id is null and j.queue = any(w.queues)))
         where j.id = @Id
        """;

    /// <summary>Null where a worker has the model at hand, or none says anything of it; else how long it takes at least, or null where nobody knows.</summary>
    /// <param name="vault">What the input goes through.</param>
    /// <param name="jobId">Whose input it is.</param>
    /// <param name="kind">Of the job.</param>
    /// <param name="workers">Of <see cref="OfJob"/>.</param>
    public static (string Name, TimeSpan? Eta)? Find(Vault vault, Guid jobId, string kind, IReadOnlyList<(string? Input, string Files)> workers)
    {
        var wanted = workers.Select(worker => worker.Input).FirstOrDefault(input => input is not null) is { } stored ? Wanted(vault, jobId, stored) : null;
        (string, TimeSpan?)? waited = null;
        foreach (var (_, files) in workers)
        {
            var model = WorkerModel.Read(files).FirstOrDefault(model =>
                model.Kinds.Contains(kind) && (wanted is null || wanted == kind ? model.OwnOf.Contains(kind) : model.Names.Contains(wanted, StringComparer.OrdinalIgnoreCase)));
            if (model is null || model.IsReady)
            {
                return null;
            }

            if (model.State is WorkerModel.Refused)
            {
                continue; // It does not come; the attempt says why.
            }

            var eta = model.WaitSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
            if (waited is not (_, { } known) || eta < known)
            {
                waited = (wanted ?? (model.Names is [var first, ..] ? first : kind), eta);
            }
        }

        return waited;
    }

    /// <summary>The model that an input asks for; null where it names none, or cannot be decrypted.</summary>
    private static string? Wanted(Vault vault, Guid jobId, string stored)
    {
        if (!vault.TryOpen(EncryptedColumn.Input, jobId, stored, out var input, out _))
        {
            return null;
        }

        using var json = JsonDocument.Parse(input!);
        return json.RootElement.ValueKind is JsonValueKind.Object && json.RootElement.TryGetProperty("model", out var model) && model.ValueKind is JsonValueKind.String ? model.GetString() : null;
    }
}
