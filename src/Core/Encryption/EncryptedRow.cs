namespace Pipeline.Core.Encryption;

/// <summary>A row that was read, with values that may be encrypted.</summary>
internal interface IEncryptedRow
{
    /// <summary>The row as it was sent. What cannot be decrypted says so in the row's own words: the others of a list are not its concern.</summary>
    IEncryptedRow Opened(Vault vault);
}

internal static class EncryptedRows
{
    /// <summary>Each as it was sent.</summary>
    public static IReadOnlyList<T> Opened<T>(this IReadOnlyList<T> rows, Vault vault)
        where T : class, IEncryptedRow
    {
        T[]? opened = null;
        for (var i = 0; i < rows.Count; i++)
        {
            var row = rows[i].OpenedAs(vault);
            if (!ReferenceEquals(row, rows[i]))
            {
                opened ??= [.. rows];
                opened[i] = row;
            }
        }

        return opened ?? rows;
    }

    /// <summary>The row as it was sent; null stays null.</summary>
    public static async Task<T?> OpenedAsync<T>(this Task<T?> row, Vault vault)
        where T : class, IEncryptedRow =>
        (await row)?.OpenedAs(vault);

    public static async Task<IReadOnlyList<T>> OpenedAsync<T>(this Task<IReadOnlyList<T>> rows, Vault vault)
        where T : class, IEncryptedRow =>
        (await rows).Opened(vault);

    public static T OpenedAs<T>(this T row, Vault vault)
        where T : class, IEncryptedRow =>
        (T)row.Opened(vault);
}
