using Pipeline.Api.Tests.Hosting;

namespace Pipeline.Api.Tests.Input;

public sealed class HeaderTests(LocalApi api)
{
    [Theory]
    [InlineData("wait=-1")]
    [InlineData("wait=ten")]
    [InlineData("wait=1.5")]
    [InlineData("wait=")]
    [InlineData("wait")]
    [InlineData("respond-async, wait=+3")]
    [InlineData("wait=\"\"")]
    public async Task A_wait_that_is_no_number_is_refused(string prefer) =>
        (await PostAsync(("Prefer", prefer))).ShouldBlame("Prefer", "send whole seconds from 0");

    [Fact]
    public async Task A_wrong_wait_is_refused_when_reading_too() =>
        (await api.Client.GetAsync($"/api/jobs/{Guid.CreateVersion7()}", ("Prefer", "wait=-5"))).ShouldBlame("Prefer", "has wait=-5");

    [Theory]
    [InlineData("wait=0", "wait=0")]
    [InlineData("respond-async", "respond-async")]
    [InlineData("return=minimal; foo=\"a,b\", wait=0;x=1", "wait=0")]
    [InlineData("Wait=\"0\" , RESPOND-ASYNC", "respond-async, wait=0")]
    public async Task Preferences_that_are_honoured_are_confirmed(string prefer, string applied)
    {
        var answer = await PostAsync(("Prefer", prefer));
        answer.Headers["Preference-Applied"].ShouldBe(applied);
        answer.Headers.ShouldContainKey("Location");
    }

    [Fact]
    public async Task Preferences_of_others_are_ignored() =>
        (await PostAsync(("Prefer", "return=minimal"))).Headers.ShouldNotContainKey("Preference-Applied");

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("soon")]
    [InlineData("1.5")]
    [InlineData("99999999999999999999")]
    [InlineData("2592001")]
    public async Task A_wrong_Cancel_After_is_refused(string value) =>
        (await PostAsync(("Cancel-After", value))).ShouldBlame("Cancel-After", "send one whole number of seconds from 1 to 2592000");

    [Fact]
    public async Task Cancel_After_together_with_expires_at_is_refused() =>
        (await api.Client.PostAsync("/api/emotion", """{"text":"a","expires_at":"2030-01-01T00:00:00Z"}""", ("Cancel-After", "5")))
            .ShouldBlame("expires_at", "together with Cancel-After");

    [Theory]
    [InlineData("has space")]
    [InlineData("한글")]
    [InlineData("")]
    public async Task A_wrong_idempotency_key_is_refused(string key) =>
        (await PostAsync(("Idempotency-Key", key))).ShouldBlame("Idempotency-Key", "1 to 255 visible ASCII characters");

    [Fact]
    public async Task A_long_idempotency_key_is_refused()
    {
        (await PostAsync(("Idempotency-Key", new string('k', 256)))).ShouldBlame("Idempotency-Key", "has 256 characters");
        (await PostAsync(("Idempotency-Key", new string('k', 255)))).Status.ShouldBe(202);
    }

    [Fact]
    public async Task Two_idempotency_keys_are_refused() =>
        (await PostAsync(("Idempotency-Key", "a"), ("Idempotency-Key", "b"))).ShouldBlame("Idempotency-Key", "send it once");

    private Task<Answer> PostAsync(params (string, string)[] headers) => api.Client.PostAsync("/api/emotion", """{"text":"a"}""", headers);
}
