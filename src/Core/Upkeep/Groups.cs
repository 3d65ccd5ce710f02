namespace Pipeline.Core.Upkeep;

/// <summary>Deletes what is too much for one transaction.</summary>
public static class Groups
{
    /// <summary>Deletes group after group until one is not full; says how many there were. What is deleted stays deleted when it is cut short.</summary>
    /// <param name="limit">Of one group.</param>
    /// <param name="deleteGroup">Deletes as many as it is told at most, and says how many.</param>
    public static async Task<long> DeleteAsync(int limit, Func<int, Task<int>> deleteGroup, CancellationToken cancellationToken)
    {
        long total = 0;
        int deleted;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            deleted = await deleteGroup(limit);
            total += deleted;
        }
        while (deleted == limit);
        return total;
    }
}
