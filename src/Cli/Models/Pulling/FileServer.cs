using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Pipeline.Cli.Models.Pulling;

/// <summary>
/// Asks for files, and follows redirects itself: the hub says on its redirect what the file is, and its token must not reach the host
/// that the redirect leads to.
/// </summary>
internal sealed class FileServer(Hub hub, TimeProvider time) : IDisposable
{
    private const int RedirectsMax = 5;
    private const string LinkedEtag = "X-Linked-Etag";
    private const string LinkedSize = "X-Linked-Size";
    private static readonly TimeSpan ConnectMax = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = ConnectMax })
    {
        Timeout = Timeout.InfiniteTimeSpan, // Files take hours; the waits below are bounded one by one.
    };

    public void Dispose() => _http.Dispose();

    /// <summary>The facts without the file; null where the server does not answer HEAD, and GET has to tell.</summary>
    /// <exception cref="TransferException">There is no such file, it is not for us, or the server is away.</exception>
    public async Task<FileFacts?> LookAsync(Uri address, CancellationToken cancellationToken)
    {
        var (response, linked) = await FollowAsync(HttpMethod.Head, address, from: 0, cancellationToken);
        using (response)
        {
            return linked.Bytes is not null || response.IsSuccessStatusCode ? new ServedFile(response, linked).Facts
                : response.StatusCode is HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotImplemented || ServerRefusal.IsOfMethod(response) ? null
                : throw ServerRefusal.Of(response, address, hub, time);
        }
    }

    /// <summary>The file from a byte on; the whole file where the server has no ranges.</summary>
    /// <returns>With the status 200, 206 or 416.</returns>
    /// <exception cref="TransferException">There is no such file, it is not for us, or the server is away.</exception>
    public async Task<ServedFile> GetAsync(Uri address, long from, CancellationToken cancellationToken)
    {
        var (response, linked) = await FollowAsync(HttpMethod.Get, address, from, cancellationToken);
        if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            return new(response, linked);
        }

        using (response)
        {
            throw ServerRefusal.Of(response, address, hub, time);
        }
    }

    private async Task<(HttpResponseMessage Response, FileFacts Linked)> FollowAsync(HttpMethod method, Uri address, long from, CancellationToken cancellationToken)
    {
        FileFacts linked = new(null, null, null);
        var at = address;
        for (var redirects = 0; redirects <= RedirectsMax; redirects++)
        {
            var response = await SendAsync(method, at, from, cancellationToken);
            linked = hub.Has(at) ? Merge(linked, response) : linked;
            // The content's host may refuse HEAD, and has nothing to add.
            if (response.Headers.Location is not { } location || (int)response.StatusCode is < 300 or >= 400 || (method == HttpMethod.Head && linked.Bytes is not null))
            {
                return (response, linked);
            }

            response.Dispose();
            var next = new Uri(at, location);
            at = next.Scheme is "https" || (next.Scheme is "http" && at.Scheme is "http") ? next
                : throw new TransferException($"{at.Host} redirects from {at.Scheme} to {next.Scheme}: anybody on the way could send another file. Use another source.", isTransient: false);
        }

        throw new TransferException($"{address} redirects more than {RedirectsMax} times. Use another source.", isTransient: false);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri address, long from, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(method, address);
        request.Headers.AcceptEncoding.Add(new("identity")); // A compressed range is a range of something else.
        request.Headers.UserAgent.Add(new("Pipeline", "0.1"));
        request.Headers.Range = from > 0 ? new RangeHeaderValue(from, null) : null;
        request.Headers.Authorization = hub.Token is { } token && hub.Has(address) ? new("Bearer", token) : null;

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswerMax);
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TransferException($"{address.Host} did not answer within {AnswerMax.TotalSeconds:0} s.", isTransient: true, innerException: exception);
        }
        catch (HttpRequestException exception)
        {
            throw new TransferException($"{address.Host} cannot be reached: {exception.Message.TrimEnd('.')}.", isTransient: true, innerException: exception);
        }
    }

    private static FileFacts Merge(FileFacts known, HttpResponseMessage response)
    {
        var etag = Header(response, LinkedEtag);
        return new(
            long.TryParse(Header(response, LinkedSize), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : known.Bytes,
            ServedFile.Sum(etag) ?? known.Sha256,
            etag ?? known.Identity);
    }

    private static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}
