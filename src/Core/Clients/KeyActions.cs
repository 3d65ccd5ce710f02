namespace Pipeline.Core.Clients;

/// <summary>What is done to keys, as the audit names it: the names of the API's operations, also where <c>./run keys</c> does it.</summary>
public static class KeyActions
{
    public const string Add = "addKey";
    public const string Rotate = "rotateKey";
    public const string Change = "changeKey";
    public const string Erase = "eraseClient";
    public const string Revoke = "revokeKey";
}
