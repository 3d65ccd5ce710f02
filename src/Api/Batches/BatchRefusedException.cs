using Pipeline.Api.Problems;

namespace Pipeline.Api.Batches;

/// <summary>Ends the reading of a body that cannot become a batch. Nothing of it was accepted.</summary>
internal sealed class BatchRefusedException(Problem problem) : Exception
{
    public Problem Problem => problem;
}
