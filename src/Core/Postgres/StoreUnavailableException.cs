namespace Pipeline.Core.Postgres;

/// <summary>Postgres could not be reached in time. Nothing was accepted or changed as far as the caller may assume; try again.</summary>
public sealed class StoreUnavailableException : Exception
{
    public StoreUnavailableException(Exception cause)
        : base("The database cannot be reached at the moment.", cause)
    {
    }
}
