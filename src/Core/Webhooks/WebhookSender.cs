using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Options;
using Pipeline.Core.Hosting;

namespace Pipeline.Core.Webhooks;

/// <summary>Makes one attempt over HTTP. Redirects are not followed, proxies not used: both would lead around <see cref="TargetRule"/>.</summary>
internal sealed class WebhookSender : IDisposable
{
    /// <summary>What is kept of an answer, for people to look at.</summary>
    public const int ResponseBytesMax = 1_024;

    private const int HeadersKilobytesMax = 16;

    private readonly HttpClient _http;
    private readonly WebhookOptions _options;
    private readonly TimeProvider _time;

    public WebhookSender(TargetRule rule, IOptions<WebhookOptions> options, TimeProvider time)
    {
        _options = options.Value;
        _time = time;
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = new GuardedConnection(rule).ConnectAsync,
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            MaxResponseHeadersLength = HeadersKilobytesMax,
            // A name is looked up anew so often.
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            ConnectTimeout = options.Value.Timeout,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestHeaders = { UserAgent = { new ProductInfoHeaderValue("Pipeline", null) } },
        };
    }

    public async Task<DeliveryAttempt> SendAsync(DueDelivery delivery, CancellationToken cancellationToken)
    {
        if (delivery.Fault is { } fault)
        {
            return new(DeliveryVerdict.Failed) { Error = fault };
        }

        if (delivery.Secrets is null)
        {
            return new(DeliveryVerdict.Failed) { Error = "There is no signing secret any more: POST /api/webhooks/secrets makes one." };
        }

        using var timedOut = new CancellationTokenSource(_options.Timeout, _time);
        using var any = CancellationTokenSource.CreateLinkedTokenSource(timedOut.Token, cancellationToken);
        try
        {
            using var request = Request(delivery, delivery.Secrets);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, any.Token);
            return response.IsSuccessStatusCode
                ? new(DeliveryVerdict.Delivered) { Status = (int)response.StatusCode }
                : Judge(response, await BeginningAsync(response.Content, any.Token));
        }
        catch (OperationCanceledException) when (timedOut.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new(DeliveryVerdict.Overloaded) { Error = $"No answer within {_options.Timeout.TotalSeconds:0.###} s (Webhooks:Timeout)." };
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return e.GetBaseException() is TargetRefusedException refused
                ? new(DeliveryVerdict.Refused) { Error = refused.Message }
                : new(DeliveryVerdict.Failed) { Error = $"No answer: {e.GetBaseException().Message}" };
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it is, such as a URL that is none: a failure that counts, or it would be tried for ever.
            return new(DeliveryVerdict.Failed) { Error = $"Cannot be sent: {PublicReason.Of(e)}" };
        }
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Request(DueDelivery delivery, byte[][] secrets)
    {
        var id = delivery.Id.ToString();
        var seconds = _time.GetUtcNow().ToUnixTimeSeconds();
        return new HttpRequestMessage(HttpMethod.Post, delivery.Url)
        {
            Content = new StringContent(delivery.Payload, Encoding.UTF8, "application/json"),
            Headers =
            {
                { WebhookSignature.IdHeader, id },
                { WebhookSignature.TimestampHeader, seconds.ToString(System.Globalization.CultureInfo.InvariantCulture) },
                { WebhookSignature.SignatureHeader, WebhookSignature.Of(id, seconds, delivery.Payload, secrets) },
            },
        };
    }

    private DeliveryAttempt Judge(HttpResponseMessage response, string beginning)
    {
        var verdict = response.StatusCode switch
        {
            HttpStatusCode.Gone => DeliveryVerdict.Gone,
            HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout =>
                DeliveryVerdict.Overloaded,
            _ => DeliveryVerdict.Failed,
        };
        var status = (int)response.StatusCode;
        return new(verdict)
        {
            Status = status,
            Error = verdict is DeliveryVerdict.Gone ? "The URL answered 410: it wants no webhooks any more."
                : status is >= 300 and < 400 ? $"The URL answered {status}; redirects are not followed. Send the URL that it leads to."
                : $"The URL answered {status}.",
            Response = beginning.Length is 0 ? null : beginning,
            RetryAfter = RetryAfter(response.Headers.RetryAfter),
        };
    }

    private TimeSpan? RetryAfter(RetryConditionHeaderValue? header) =>
        header?.Delta ?? (header?.Date is { } date && date > _time.GetUtcNow() ? date - _time.GetUtcNow() : null);

    /// <summary>As text that PostgreSQL can hold; the rest of the answer is not read.</summary>
    private static async Task<string> BeginningAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var buffer = new byte[ResponseBytesMax];
        await using var body = await content.ReadAsStreamAsync(cancellationToken);
        var length = await body.ReadAtLeastAsync(buffer, ResponseBytesMax, throwOnEndOfStream: false, cancellationToken);
        return Encoding.UTF8.GetString(buffer, 0, length).Replace('\0', '\uFFFD');
    }
}
