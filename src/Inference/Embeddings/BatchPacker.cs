namespace Pipeline.Inference.Embeddings;

/// <summary>
/// Which of the waiting texts make the next batch. The oldest always enters, so everybody's turn comes; the rest of the batch
/// is filled longest first, which leaves the least room unused. Interactive before bulk, and one bulk batch after every few
/// without any. Touched by the scheduler's loop only.
/// </summary>
/// <param name="limits">What the encoder can hold.</param>
/// <param name="passTokens">Tokens that fill a batch, at most <see cref="EncoderLimits.BatchTokens"/>; a longer text has one of its own.</param>
internal sealed class BatchPacker(EncoderLimits limits, int passTokens)
{
    /// <summary>Batches in a row without a bulk text while bulk texts wait.</summary>
    public const int InteractiveRunMax = 7;

    private int _interactiveRun;

    /// <summary>Takes the members of the next batch out of the lists, both in order of arrival. Empty when both are.</summary>
    public List<EmbeddingTask> Take(List<EmbeddingTask> interactive, List<EmbeddingTask> bulk)
    {
        bool bulkFirst = interactive.Count == 0 || (bulk.Count > 0 && _interactiveRun >= InteractiveRunMax);
        List<EmbeddingTask> batch = [];
        int room = passTokens;
        Fill(bulkFirst ? bulk : interactive);
        Fill(bulkFirst ? interactive : bulk);
        _interactiveRun = bulk.Count == 0 || batch.Exists(task => task.Priority == RequestPriority.Bulk) ? 0 : _interactiveRun + 1;
        return batch;

        void Fill(List<EmbeddingTask> waiting)
        {
            if (waiting.Count == 0 || batch is [{ RunsAlone: true }])
            {
                return;
            }

            TryTake(waiting[0]);
            if (batch is not [{ RunsAlone: true }])
            {
                // A stable sort: equal lengths stay in order of arrival.
                foreach (EmbeddingTask task in waiting.Skip(1).OrderByDescending(task => task.Tokens.Length))
                {
                    TryTake(task);
                }
            }

            waiting.RemoveAll(batch.Contains);
        }

        void TryTake(EmbeddingTask task)
        {
            // The first is the oldest, and waits no longer, however long it is.
            if (batch.Count == 0 || (task.Tokens.Length <= room && batch.Count < limits.SequencesMax && !task.RunsAlone))
            {
                batch.Add(task);
                room -= task.Tokens.Length;
            }
        }
    }
}
