using Pipeline.Inference.Scheduling;

namespace Pipeline.Inference.Embeddings;

/// <summary>
/// Which of the waiting texts make the next batch. The oldest of the owner whose turn it is always enters, so everybody's turn
/// comes. The rest of the batch is filled with texts of nearly its length that came soon after it, or, while several owners wait, in
/// turns. Interactive before bulk, and one bulk batch after every few without any. Touched by the scheduler's loop only.
/// </summary>
/// <param name="limits">What the encoder can hold.</param>
/// <param name="passTokens">Tokens that fill a batch, at most <see cref="EncoderLimits.BatchTokens"/>; a longer text has one of its own.</param>
/// <param name="weights">Of the owners of texts.</param>
internal sealed class BatchPacker(EncoderLimits limits, int passTokens, OwnerWeights weights)
{
    /// <summary>Batches in a row without a bulk text while bulk texts wait.</summary>
    public const int InteractiveRunMax = 7;

    // The texts among which those of one length are looked for: as many as fill these passes. Fewer leave too little to choose from; with
    // more the texts of a job wait for those of every later one, and while its result is written there is nothing left to compute.
    private const int ChoicePasses = 16;

    private readonly OwnerTurns _turns = new(weights);
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

            if (waiting.TrueForAll(task => task.Owner == waiting[0].Owner))
            {
                FillAlone(waiting);
            }
            else
            {
                FillInTurns(waiting);
            }

            waiting.RemoveAll(batch.Contains);
        }

        void FillAlone(List<EmbeddingTask> waiting)
        {
            TryTake(waiting[0]);
            if (batch is not [{ RunsAlone: true }])
            {
                // Encoders that fill short texts up compute next to nothing in vain. A stable sort: equal lengths stay in order of arrival.
                int length = batch[0].Tokens.Length;
                foreach (EmbeddingTask task in Choice(waiting).OrderBy(task => Math.Abs(task.Tokens.Length - length)))
                {
                    TryTake(task);
                }
            }
        }

        IEnumerable<EmbeddingTask> Choice(List<EmbeddingTask> waiting)
        {
            long tokens = waiting[0].Tokens.Length;
            return waiting.Skip(1).TakeWhile(task => (tokens += task.Tokens.Length) <= (long)ChoicePasses * passTokens);
        }

        void FillInTurns(List<EmbeddingTask> waiting)
        {
            Dictionary<string, Queue<EmbeddingTask>> owners = waiting.GroupBy(task => task.Owner ?? "").ToDictionary(owner => owner.Key, owner => new Queue<EmbeddingTask>(owner));
            while (owners.Count > 0 && batch is not [{ RunsAlone: true }])
            {
                string next = owners.Keys.MinBy(_turns.Standing)!;
                if (!TryTake(owners[next].Dequeue()) || owners[next].Count == 0)
                {
                    owners.Remove(next); // What does not fit is the first of the next batch's turn.
                }
            }
        }

        bool TryTake(EmbeddingTask task)
        {
            // The first waits no longer, however long it is.
            bool fits = batch.Count == 0 || (task.Tokens.Length <= room && batch.Count < limits.SequencesMax && !task.RunsAlone);
            if (fits)
            {
                batch.Add(task);
                room -= task.Tokens.Length;
                _turns.Admit(task.Owner, task.Tokens.Length);
            }

            return fits;
        }
    }
}
