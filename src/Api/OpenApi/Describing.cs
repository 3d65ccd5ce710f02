using System.Text.Json.Nodes;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;
using Pipeline.Api.Batches;
using Pipeline.Api.Clients;
using Pipeline.Api.Limits;
using Pipeline.Api.Problems;
using Pipeline.Core.Clients;

namespace Pipeline.Api.OpenApi;

/// <summary>Brings an <see cref="EndpointDoc"/> into the OpenAPI document.</summary>
internal static class Describing
{
    public static void Describe(this RouteHandlerBuilder endpoint, EndpointDoc doc)
    {
        endpoint.WithName(doc.Name).WithTags(doc.Tag).WithSummary(doc.Summary).WithMetadata(doc);
        if (doc.Description is { } description)
        {
            endpoint.WithDescription(description);
        }

        foreach (var answer in doc.Answers)
        {
            endpoint.Produces(answer.Status, answer.Type, answer.Type is null ? null : answer.MediaType);
        }

        foreach (var status in doc.Problems.Select(problem => problem.Status).Distinct())
        {
            endpoint.Produces(status, doc.ErrorType ?? typeof(ProblemDocument), ErrorMediaType(doc));
        }

        endpoint.AddOpenApiOperationTransformer((operation, context, cancellationToken) => CompleteAsync(doc, operation, context, cancellationToken));
    }

    private static async Task CompleteAsync(
        EndpointDoc doc, OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (var parameter in doc.Parameters)
        {
            operation.Parameters ??= [];
            var known = operation.Parameters.OfType<OpenApiParameter>().FirstOrDefault(known => known.Name == parameter.Name);
            if (known is null)
            {
                operation.Parameters.Add(known = new OpenApiParameter { Name = parameter.Name, Schema = new OpenApiSchema { Type = JsonSchemaType.String } });
            }

            known.In = Enum.Parse<ParameterLocation>(parameter.In, ignoreCase: true);
            known.Description = parameter.Description;
            known.Example = parameter.Example;
        }

        if (doc.Body is { } body)
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = !body.IsOptional,
                Content = new Dictionary<string, OpenApiMediaType>
                {
                    [body.IsForm ? "multipart/form-data" : "application/json"] = new OpenApiMediaType
                    {
                        Schema = await SchemaAsync(body, context, cancellationToken),
                        Examples = body.Examples.ToDictionary(
                            example => example.Name,
                            IOpenApiExample (example) => new OpenApiExample { Value = JsonNode.Parse(example.Json) }),
                    },
                },
            };
            if (body.Form is { } form)
            {
                operation.RequestBody.Content!["multipart/form-data"] = new OpenApiMediaType
                {
                    Schema = await context.GetOrCreateSchemaAsync(form, null, cancellationToken),
                };
            }

            if (body.Lines is { } lines)
            {
                operation.RequestBody.Content![BatchFormats.LinesType] = new OpenApiMediaType { Example = JsonValue.Create(lines) };
            }
        }

        var role = context.Description.ActionDescriptor.EndpointMetadata.OfType<RequiredRole>().SingleOrDefault()?.Role.Word();
        await CompleteOthersAsync(doc, operation, context, cancellationToken);
        CompleteAnswers(doc, role is null ? doc.Problems : [ProblemType.Forbidden, .. doc.Problems], operation);
        if (doc.NeedsKey)
        {
            // OpenAPI 3.1: the names of roles that a key needs, which nobody negotiates.
            var scheme = new OpenApiSecuritySchemeReference(Documents.KeyScheme, context.Document);
            operation.Security = [new OpenApiSecurityRequirement { [scheme] = role is null ? [] : [role] }];
        }

        if (role is not null)
        {
            operation.Description = $"{operation.Description} Needs a key with the role {role}.".TrimStart();
        }
    }

    private static async Task<OpenApiSchema> SchemaAsync(BodyDoc body, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var schema = await context.GetOrCreateSchemaAsync(body.Type, null, cancellationToken);
        foreach (var type in body.Also)
        {
            var also = await context.GetOrCreateSchemaAsync(type, null, cancellationToken);
            schema.Description = also.Description ?? schema.Description;
            foreach (var (name, field) in also.Properties ?? new Dictionary<string, IOpenApiSchema>())
            {
                (schema.Properties ??= new Dictionary<string, IOpenApiSchema>())[name] = field;
                schema.Required?.Remove(name);
            }
        }

        return schema;
    }

    private static async Task CompleteOthersAsync(
        EndpointDoc doc, OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        foreach (var answer in doc.Answers)
        {
            if (answer.Also is var (mediaType, type, example))
            {
                Response(operation, answer.Status).Content![mediaType] = new OpenApiMediaType
                {
                    Schema = await context.GetOrCreateSchemaAsync(type, null, cancellationToken),
                    Example = JsonNode.Parse(example),
                };
            }
        }
    }

    private static void CompleteAnswers(EndpointDoc doc, IEnumerable<ProblemType> known, OpenApiOperation operation)
    {
        foreach (var answer in doc.Answers)
        {
            var response = Response(operation, answer.Status);
            response.Description = answer.Description;
            if (answer.Type is not null && response.Content?[answer.MediaType] is OpenApiMediaType media)
            {
                media.Example = answer.MediaType is "application/json" ? JsonNode.Parse(answer.Example) : JsonValue.Create(answer.Example);
            }

            foreach (var (name, description) in answer.Headers)
            {
                response.Headers ??= new Dictionary<string, IOpenApiHeader>();
                response.Headers[name] = new OpenApiHeader { Description = description, Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
            }
        }

        foreach (var problems in known.GroupBy(problem => problem.Status))
        {
            var response = Response(operation, problems.Key);
            response.Description = string.Join(" Or: ", problems.Select(problem => $"{problem.Title} (`{problem.Uri}`)."));
            if (response.Content?[ErrorMediaType(doc)] is OpenApiMediaType media)
            {
                media.Example = doc.ErrorType is null ? ProblemExamples.Of(problems.First()) : ProblemExamples.OpenAiOf(problems.First());
            }

            if (problems.Any(problem => problem.Status is 429 or 503))
            {
                response.Headers = new Dictionary<string, IOpenApiHeader>
                {
                    ["Retry-After"] = new OpenApiHeader { Description = "Seconds.", Schema = new OpenApiSchema { Type = JsonSchemaType.Integer } },
                };
            }

            if (problems.Contains(ProblemType.LimitReached))
            {
                response.Headers![LimitGate.PolicyHeader] = new OpenApiHeader { Description = "The limits of the client: every answer has it if there are any. draft-ietf-httpapi-ratelimit-headers.", Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
                response.Headers[LimitGate.StateHeader] = new OpenApiHeader { Description = "What is left of them.", Schema = new OpenApiSchema { Type = JsonSchemaType.String } };
            }
        }
    }

    private static string ErrorMediaType(EndpointDoc doc) => doc.ErrorType is null ? Problem.ContentType : "application/json";

    private static OpenApiResponse Response(OpenApiOperation operation, int status) =>
        (OpenApiResponse)operation.Responses![status.ToString(System.Globalization.CultureInfo.InvariantCulture)];
}
