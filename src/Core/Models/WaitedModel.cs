namespace Pipeline.Core.Models;

/// <summary>Whether a job waits for its model, as the rows of workers say.</summary>
internal static class WaitedModel
{
    // Of the worker that has the job, else of all that would take it. What it asks for stands in its input.
    public const string OfJob = """
        select j.input ->> 'model' as Wanted, w.model_files::text as Files
          from jobs j join workers w on w.lease_until > now() and w.ready and (w.id = j.worker_id or (j.worker_id is null and j.queue = any(w.queues)))
         where j.id = @Id
        """;

    /// <summary>Null where a worker has the model at hand, or none says anything of it; else how long it takes at least, or null where nobody knows.</summary>
    public static (string Name, TimeSpan? Eta)? Find(string kind, IEnumerable<(string? Wanted, string Files)> workers)
    {
        (string, TimeSpan?)? waited = null;
        foreach (var (wanted, files) in workers)
        {
            var model = WorkerModel.Read(files).FirstOrDefault(model =>
                model.Kinds.Contains(kind) && (wanted is null || wanted == kind ? model.OwnOf.Contains(kind) : model.Names.Contains(wanted, StringComparer.OrdinalIgnoreCase)));
            if (model is null || model.IsReady)
            {
                return null;
            }

            var eta = model.WaitSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
            if (waited is not (_, { } known) || eta < known)
            {
                waited = (wanted ?? (model.Names is [var first, ..] ? first : kind), eta);
            }
        }

        return waited;
    }
}
