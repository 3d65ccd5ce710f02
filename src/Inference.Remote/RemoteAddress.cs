namespace Pipeline.Inference.Remote;

/// <summary>Which addresses of servers do.</summary>
internal static class RemoteAddress
{
    /// <returns>What is wrong with it and the remedy; null where nothing is, or where there is none.</returns>
    public static string? Problem(Uri? address, string setting) => address switch
    {
        null => null,
        { IsAbsoluteUri: false } or { Scheme: not ("http" or "https") } => $"{setting} is {address}, which is not an HTTP address. Give one such as http://127.0.0.1:8000/v1.",
        { UserInfo.Length: > 0 } => $"{setting} has a user name or password in it, which would show in logs. Put the key into an environment variable instead.",
        _ => null,
    };
}
