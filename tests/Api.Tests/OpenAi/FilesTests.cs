using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Api.Tests.Batches;
using Pipeline.Api.Tests.Hosting;
using Pipeline.TestSupport.Services;

namespace Pipeline.Api.Tests.OpenAi;

public sealed class FilesTests(LocalApi api, KeyedApi keyed) : IClassFixture<KeyedApi>
{
    [Fact]
    public async Task A_file_comes_back_byte_by_byte_until_it_is_deleted()
    {
        var bytes = Encoding.UTF8.GetBytes(Convert.ToBase64String(RandomNumberGenerator.GetBytes(500_000))); // More than two pieces.

        var file = await api.Client.UploadAsync(bytes, "리뷰 1.jsonl");

        file.Status.ShouldBe(200, file.Text);
        file.Id.ShouldStartWith("file-");
        (file.Field("object"), file.Field("purpose"), file.Field("filename"), file.Field("status")).ShouldBe(("file", "batch", "리뷰 1.jsonl", "processed"));
        file.Json.GetProperty("bytes").GetInt64().ShouldBe(bytes.Length);
        (file.Json.GetProperty("expires_at").GetInt64() - file.Json.GetProperty("created_at").GetInt64()).ShouldBe(30 * 24 * 3_600);
        (await api.Client.GetAsync($"/v1/files/{file.Id}")).Json.ToString().ShouldBe(file.Json.ToString());
        var content = await api.Client.GetAsync($"/v1/files/{file.Id}/content");
        (content.MediaType, content.Headers["Content-Length"]).ShouldBe(("application/octet-stream", $"{bytes.Length}"));
        content.Text.ShouldBe(Encoding.UTF8.GetString(bytes));

        (await api.Client.DeleteAsync($"/v1/files/{file.Id}")).Json.ToString().ShouldBe($$"""{"id":"{{file.Id}}","object":"file","deleted":true}""");
        (await api.Client.GetAsync($"/v1/files/{file.Id}/content")).ShouldFail(404, "file_not_found");
        (await ChunksAsync(api.Database, file.Id)).ShouldBe(0);
    }

    [Theory]
    [InlineData("purpose", "poetry", "purpose")]
    [InlineData("purpose", "batch_output", "purpose")]
    [InlineData("expires_after[anchor]", "yesterday", "expires_after[anchor]")]
    [InlineData("expires_after[seconds]", "60", "expires_after[seconds]")]
    [InlineData("expires_after[seconds]", "99999999", "expires_after[seconds]")]
    [InlineData("colour", "blue", "colour")]
    public async Task A_form_with_a_wrong_field_leaves_nothing_behind(string name, string value, string param)
    {
        var form = ApiUploads.Form("x"u8.ToArray(), "a.jsonl", purpose: name is "purpose" ? value : "batch");
        if (name is not "purpose")
        {
            form.Add(new StringContent(value), name);
        }

        var answer = await api.Client.SendAsync(HttpMethod.Post, "/v1/files", form);

        answer.ShouldFail(400, "invalid_input").ShouldBe(param);
    }

    [Fact]
    public async Task A_form_says_what_it_lacks()
    {
        using var noFile = new MultipartFormDataContent { { new StringContent("batch"), "purpose" } };
        (await api.Client.SendAsync(HttpMethod.Post, "/v1/files", noFile)).ShouldFail(400, "invalid_input").ShouldBe("file");
        (await api.Client.UploadAsync([], "a.jsonl")).ShouldFail(400, "invalid_input").ShouldBe("file");
        using var noPurpose = new MultipartFormDataContent { { new ByteArrayContent("x"u8.ToArray()), "file", "a.jsonl" } };
        (await api.Client.SendAsync(HttpMethod.Post, "/v1/files", noPurpose)).ShouldFail(400, "invalid_input").ShouldBe("purpose");
        (await api.Client.PostAsync("/v1/files", "{}")).ShouldFail(415, "unsupported_media_type");
        using var broken = new ByteArrayContent("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nabc"u8.ToArray())
        {
            Headers = { ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x") },
        };
        (await api.Client.SendAsync(HttpMethod.Post, "/v1/files", broken)).ShouldFail(400, "invalid_input").ShouldBe("body");
    }

    [Fact]
    public async Task A_shorter_life_is_granted()
    {
        var form = ApiUploads.Form("x"u8.ToArray(), "a.jsonl");
        form.Add(new StringContent("created_at"), "expires_after[anchor]");
        form.Add(new StringContent("7200"), "expires_after[seconds]");

        var file = await api.Client.SendAsync(HttpMethod.Post, "/v1/files", form);

        (file.Json.GetProperty("expires_at").GetInt64() - file.Json.GetProperty("created_at").GetInt64()).ShouldBe(7_200);
        await api.Database.ExecuteAsync($"update files set expires_at = now() where id = '{file.Id["file-".Length..]}'");
        (await api.Client.GetAsync($"/v1/files/{file.Id}")).ShouldFail(404, "file_not_found");
    }

    [Fact]
    public async Task A_file_belongs_to_its_client_and_lists_have_pages()
    {
        var (mine, _) = await keyed.NewClientAsync();
        var (other, _) = await keyed.NewClientAsync();
        List<string> ids = [];
        for (var i = 0; i < 3; i++)
        {
            ids.Add((await mine.UploadAsync("x"u8.ToArray(), "a.jsonl", purpose: i is 0 ? "user_data" : "batch")).Id);
        }

        (await other.GetAsync($"/v1/files/{ids[0]}")).ShouldFail(404, "file_not_found");
        (await other.GetAsync($"/v1/files/{ids[0]}/content")).ShouldFail(404, "file_not_found");
        (await other.DeleteAsync($"/v1/files/{ids[0]}")).ShouldFail(404, "file_not_found");
        (await other.GetAsync("/v1/files")).Json.GetProperty("data").GetArrayLength().ShouldBe(0);
        var page = (await mine.GetAsync("/v1/files?limit=2")).Json;
        Ids(page).ShouldBe([ids[2], ids[1]]);
        (page.GetProperty("has_more").GetBoolean(), page.GetProperty("first_id").GetString(), page.GetProperty("last_id").GetString()).ShouldBe((true, ids[2], ids[1]));
        Ids((await mine.GetAsync($"/v1/files?limit=2&after={ids[1]}")).Json).ShouldBe([ids[0]]);
        Ids((await mine.GetAsync("/v1/files?order=asc&purpose=batch")).Json).ShouldBe([ids[1], ids[2]]);
        (await mine.GetAsync("/v1/files?after=batch_x")).ShouldFail(400, "invalid_input").ShouldBe("after");
        (await mine.GetAsync("/v1/files?limit=0")).ShouldFail(400, "invalid_input").ShouldBe("limit");
        (await mine.GetAsync("/v1/files/nonsense")).ShouldFail(404, "file_not_found");
    }

    [Fact]
    public async Task Files_have_bounds_of_size_and_number()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var host = await ApiHost.StartAsync(
            database.ConnectionString, worker: null, ("Files:BytesMax", "1048576"), ("Files:PerClientMax", "2"), ("Files:ClientBytesMax", "1572864"));
        using var client = host.Client();
        var most = new byte[1_048_576];

        (await client.UploadAsync([.. most, 0], "a.bin")).ShouldFail(413, "body_too_large");
        (await client.UploadAsync(most, "a.bin")).Status.ShouldBe(200);
        var full = await client.UploadAsync(most, "b.bin");
        full.ShouldFail(409, "files_full");
        full.Headers["x-should-retry"].ShouldBe("false");
        (await client.UploadAsync([1], "b.bin")).Status.ShouldBe(200);
        (await client.UploadAsync([1], "c.bin")).ShouldFail(409, "files_full");
        (await BatchSubmitTests.CountAsync(database, "file_chunks where not exists (select from files where id = file_id)")).ShouldBe(0);
    }

    private static Task<long> ChunksAsync(PostgresDatabase database, string id) =>
        BatchSubmitTests.CountAsync(database, $"file_chunks where file_id = '{id["file-".Length..]}'");

    private static IEnumerable<string?> Ids(JsonElement page) => page.GetProperty("data").EnumerateArray().Select(file => file.GetProperty("id").GetString());
}
