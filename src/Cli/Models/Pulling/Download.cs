using System.Net;
using Pipeline.Cli.Display;
using Pipeline.Inference.Gguf;
using Pipeline.Inference.Models;

namespace Pipeline.Cli.Models.Pulling;

/// <summary>Brings one file here: from where it stopped, until it is whole, and only if it is what it should be.</summary>
internal sealed class Download(FileServer server, Retries retries, TransferMeter meter)
{
    private const int BufferBytes = 1 << 18;
    private static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(60);
    private static readonly byte[] Magic = "GGUF"u8.ToArray();

    /// <returns>Its SHA-256.</returns>
    /// <exception cref="CommandException">It did not come, or is not right; a right beginning is kept.</exception>
    public async Task<string> FetchAsync(RemoteFile file, string path, CancellationToken cancellationToken)
    {
        using var part = PartFile.Open(path);
        var isResumed = part.Identity is not null;
        if (isResumed)
        {
            meter.Skip(part.Length);
            await part.ReadLeftAsync(cancellationToken);
        }
        else
        {
            part.Begin(identity: null);
        }

        var (sum, expected) = await FetchAsync(file, part, cancellationToken);
        if (isResumed && expected is not null && sum != expected)
        {
            // What the earlier pull left may be what is wrong.
            meter.Note($"{file.Name} has the checksum {sum} instead of {expected}; fetching it anew.");
            meter.Skip(-part.Length);
            part.Begin(identity: null);
            (sum, expected) = await FetchAsync(file, part, cancellationToken);
        }

        Check(file, part, sum, expected);
        part.Finish();
        Checksums.Record(path, sum);
        return sum;
    }

    private async Task<(string Sum, string? Expected)> FetchAsync(RemoteFile file, PartFile part, CancellationToken cancellationToken)
    {
        var facts = await retries.RunAsync(() => ContinueAsync(file, part, cancellationToken), () => part.Length, cancellationToken);
        return (part.Sum(), file.Sha256 ?? facts.Sha256);
    }

    private static void Check(RemoteFile file, PartFile part, string sum, string? expected)
    {
        var problem = expected is not null && sum != expected
            ? $"{file.Name} has the checksum {sum} and should have {expected}: it was damaged on its way, or is another file. Nothing was kept; pull again, or use another source."
            : Damage(file, part);
        if (problem is not null)
        {
            part.Begin(identity: null);
            throw new CommandException(problem);
        }
    }

    private static string? Damage(RemoteFile file, PartFile part)
    {
        try
        {
            GgufReader.Read(part.Stream, file.Name);
            return null;
        }
        catch (ModelLoadException exception)
        {
            return $"{exception.Problem} Nothing was kept; its source has no better one, so use another.";
        }
    }

    /// <summary>One connection's worth.</summary>
    private async Task<FileFacts> ContinueAsync(RemoteFile file, PartFile part, CancellationToken cancellationToken)
    {
        var from = part.Identity is null ? 0 : part.Length;
        using var served = await server.GetAsync(file.Address, from, cancellationToken);
        var facts = served.Facts;
        if (file.Sha256 is { } wanted && facts.Sha256 is { } has && wanted != has)
        {
            throw new TransferException($"{file.Name} should have the checksum {wanted}; its server says {has}. It is another file: correct the checksum or the source.", isTransient: false);
        }

        var isSame = from > 0 && facts.Identity == part.Identity;
        if (served.Status is HttpStatusCode.RequestedRangeNotSatisfiable && isSame && facts.Bytes == from)
        {
            return facts; // All of it was there.
        }

        if (served.Status is not HttpStatusCode.OK && !(isSame && served.From == from))
        {
            Restart(part, facts: null);
            throw new TransferException($"{file.Name} on {file.Address.Host} is not what it was; starting anew.", isTransient: true, TimeSpan.Zero);
        }

        if (served.Status is HttpStatusCode.OK)
        {
            Restart(part, facts); // Also where the server does not know ranges and sends all of it.
        }

        DiskSpace.Require(part.Stream.Name, (facts.Bytes ?? part.Length) - part.Length);
        await CopyAsync(file, served, part, cancellationToken);
        return facts.Bytes is { } all && part.Length < all
            ? throw new TransferException($"{file.Address.Host} ended the connection after {Quantities.Bytes(part.Length)} of {Quantities.Bytes(all)}.", isTransient: true)
            : facts;
    }

    private void Restart(PartFile part, FileFacts? facts)
    {
        meter.Skip(-part.Length);
        part.Begin(facts?.Identity);
    }

    private async Task CopyAsync(RemoteFile file, ServedFile served, PartFile part, CancellationToken cancellationToken)
    {
        var buffer = new byte[BufferBytes];
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        part.Stream.Position = part.Length;
        while (true)
        {
            int read;
            silence.CancelAfter(SilenceMax);
            try
            {
                var body = await served.OpenAsync(silence.Token);
                read = await body.ReadAtLeastAsync(buffer, part.Length is 0 ? Magic.Length : 1, throwOnEndOfStream: false, silence.Token);
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                throw new TransferException($"The connection to {file.Address.Host} broke after {Quantities.Bytes(part.Length)}.", isTransient: true, innerException: exception);
            }

            if (read is 0)
            {
                return;
            }

            if (part.Length is 0 && !buffer.AsSpan(0, read).StartsWith(Magic))
            {
                throw new TransferException(
                    $"{file.Address} is no GGUF file: it begins with \"{DisplayText.OneLine(System.Text.Encoding.Latin1.GetString(buffer, 0, Math.Min(read, 16)))}\". Take the address of the file itself, not of a page about it.",
                    isTransient: false);
            }

            await part.AddAsync(buffer.AsMemory(0, read), cancellationToken);
            meter.Advance(read);
        }
    }
}
