using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.OpenAi;

/// <summary>What OpenAI's clients send and get, in tests.</summary>
internal static class ApiUploads
{
    /// <summary>The file first, as OpenAI's client for JavaScript sends it.</summary>
    public static MultipartFormDataContent Form(byte[] bytes, string filename, string purpose = "batch") =>
        new() { { new ByteArrayContent(bytes), "file", filename }, { new StringContent(purpose), "purpose" } };

    public static Task<Answer> UploadAsync(this ApiClient client, byte[] bytes, string filename, string purpose = "batch") =>
        client.SendAsync(HttpMethod.Post, "/v1/files", Form(bytes, filename, purpose));

    /// <summary>A failure in OpenAI's shape; returns what it blames.</summary>
    public static string? ShouldFail(this Answer answer, int status, string code)
    {
        answer.Status.ShouldBe(status, answer.Text);
        var error = answer.Json.GetProperty("error");
        error.GetProperty("code").GetString().ShouldBe(code);
        error.GetProperty("message").GetString().ShouldNotBeNullOrWhiteSpace();
        return error.GetProperty("param").GetString();
    }

    public static string? Field(this Answer answer, string field) => answer.Json.GetProperty(field).GetString();

    public static async Task ExecuteAsync(this PostgresDatabase database, string sql)
    {
        await using var command = database.DataSource.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
