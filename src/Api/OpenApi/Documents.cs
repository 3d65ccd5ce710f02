using System.Text.Json.Serialization;
using Microsoft.OpenApi;
using Pipeline.Contracts;

namespace Pipeline.Api.OpenApi;

/// <summary><c>/openapi/v1.json</c>, and <c>/docs</c> to read and try it. Both need no key and no network.</summary>
internal static class Documents
{
    public const string KeyScheme = "key";

    private const string Route = "/openapi/v1.json";

    public static void AddPipelineOpenApi(this IServiceCollection services)
    {
        // Only the document's schemas are made with these options: answers are written with ApiJson.Wire.
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default);
            json.SerializerOptions.PropertyNamingPolicy = System.Text.Json.JsonNamingPolicy.SnakeCaseLower;
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
        });
        services.AddOpenApi("v1", options =>
        {
            options.AddSchemaTransformer((schema, context, _) =>
            {
                // Fields without a value are absent, also those that the constructor of a record demands.
                foreach (var field in context.JsonTypeInfo.Properties.Where(field => field.IsGetNullable))
                {
                    schema.Required?.Remove(field.Name);
                }

                foreach (var field in context.JsonTypeInfo.Properties.Where(field => field.AttributeProvider?.IsDefined(typeof(WrittenByApiAttribute), inherit: true) is true))
                {
                    schema.Properties?.Remove(field.Name);
                }

                return Task.CompletedTask;
            });
            options.AddDocumentTransformer((document, _, _) =>
            {
                Complete(document);
                return Task.CompletedTask;
            });
        });
    }

    public static void MapDocs(this WebApplication app)
    {
        app.MapOpenApi(Route);
        app.UseSwaggerUI(ui =>
        {
            ui.RoutePrefix = "docs";
            ui.DocumentTitle = "Pipeline API";
            ui.SwaggerEndpoint(Route, "Pipeline API");
            ui.EnableDeepLinking();
            ui.DisplayRequestDuration();
            ui.DefaultModelsExpandDepth(0);
        });
    }

    private static void Complete(OpenApiDocument document)
    {
        document.Info = new OpenApiInfo
        {
            Title = "Pipeline API",
            Version = "v1",
            Description = """
                Submit jobs for a local language model, and get their results by polling or waiting.
                A job is durable before its submission is answered. Every failure is an RFC 9457 problem document.
                Without API keys the API serves this machine only, and needs no key.
                """,
        };

        // The address of the browser that reads this is right; the one the server bound to need not be.
        document.Servers = [];
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>
        {
            [KeyScheme] = new OpenApiSecurityScheme
            {
                Type = SecuritySchemeType.Http,
                Scheme = "bearer",
                Description = "An API key, made by ./run keys add NAME. X-Api-Key: KEY works as well.",
            },
        };
    }
}
