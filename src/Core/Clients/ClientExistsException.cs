namespace Pipeline.Core.Clients;

/// <summary>A key with this name is in use.</summary>
public sealed class ClientExistsException : Exception
{
    public ClientExistsException(string name)
        : base($"A key named '{name}' exists. Choose another name, or revoke it first.")
    {
    }
}
