using System.Text.Json;
using Pipeline.Api.Body;
using Pipeline.Api.Clients;
using Pipeline.Api.OpenApi;
using Pipeline.Api.Problems;
using Pipeline.Contracts;
using Pipeline.Core.Clients;
using Pipeline.Core.Models;
using Pipeline.Core.Queues;
using Pipeline.Core.Steering;

namespace Pipeline.Api.Models;

/// <summary><c>/api/models</c>: the models that jobs may ask for, who has them, and the files that they are.</summary>
internal static class ModelsEndpoints
{
    private const string PathField = "path";
    private const string Extension = ".gguf";
    private const int PathLengthMax = 1_024;

    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapGet("/models", ListAsync).Describe(ModelsDocs.List);
        api.MapPut("/models/{name}/file", MoveAsync).RequireRole(Role.Operator).Describe(ModelsDocs.Move);
        api.MapDelete("/models/{name}/file", MoveBackAsync).RequireRole(Role.Operator).Describe(ModelsDocs.MoveBack);
    }

    private static async Task<IResult> ListAsync(HttpContext context, KnownModels known, WorkerStore workers, ModelFileStore moved) =>
        Results.Json(new ModelsResource(await ReadAsync(context, known, workers, moved)), ApiJson.Wire.ModelsResource);

    private static Task<IResult> MoveAsync(
        string name, HttpContext context, BodyReader bodies, KnownModels known, WorkerStore workers, ModelFileStore moved) => bodies.ReadObjectAsync(context, async fields =>
        {
            var path = fields.Take(PathField, JsonValueKind.String, required: true)?.GetString();
            fields.RefuseUnknown();
            if (path is { Length: > PathLengthMax })
            {
                fields.Errors.Add(PathField, $"has {path.Length} characters: send at most {PathLengthMax}.");
            }
            else if (path is not null && (!path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase) || path.Contains('\0', StringComparison.Ordinal)))
            {
                fields.Errors.Add(PathField, $"is no name of a file that ends with {Extension}.");
            }

            if (fields.Errors.Any)
            {
                return fields.Errors.ToProblem();
            }

            if (!IsMovable(name, known))
            {
                return NotFound(name, known);
            }

            await moved.MoveAsync(name, path!, context.ClientId(), context.RequestAborted);
            return await OneAsync(name, context, known, workers, moved);
        });

    private static async Task<IResult> MoveBackAsync(string name, HttpContext context, KnownModels known, WorkerStore workers, ModelFileStore moved) =>
        await moved.MoveBackAsync(name, context.RequestAborted) || IsMovable(name, known)
            ? await OneAsync(name, context, known, workers, moved)
            : NotFound(name, known);

    private static async Task<IResult> OneAsync(string name, HttpContext context, KnownModels known, WorkerStore workers, ModelFileStore moved) =>
        (await ReadAsync(context, known, workers, moved)).FirstOrDefault(model => model.Name == name) is { } model
            ? Results.Json(model, ApiJson.Wire.ModelResource)
            : NotFound(name, known);

    /// <summary>Vectors of two embedding models cannot be compared: those change with a restart, and documents are embedded anew.</summary>
    // A model through an adapter is where the model is.
    private static bool IsMovable(string name, KnownModels known) => known.All.Any(model => model.Name == name)
        && known.All.All(model => model.Name != name ? !name.StartsWith(model.Name + ":", StringComparison.OrdinalIgnoreCase) : model.Kind != EmbedTexts.Kind);

    private static Problem NotFound(string name, KnownModels known) => new(
        ProblemType.ModelNotFound,
        $"There is no model \"{name}\" whose file could be moved: {string.Join(", ", known.All.Select(model => model.Name).Distinct().Where(other => IsMovable(other, known)))}. Embedding models change with the workers' settings alone, and a model moves together with its adapters.");

    private static async Task<IReadOnlyList<ModelResource>> ReadAsync(HttpContext context, KnownModels known, WorkerStore workers, ModelFileStore store)
    {
        var isOperator = context.Client().Role >= Role.Operator;
        var living = isOperator ? await workers.ListAsync(context.RequestAborted) : [];
        var moved = isOperator ? await store.ListAsync(context.RequestAborted) : [];
        var places = living.SelectMany(worker => WorkerModel.Read(worker.ModelFiles).Select(model => (worker.Host, Model: model))).ToList();
        return
        [
            .. known.All.GroupBy(model => model.Name).OrderBy(model => model.Key, StringComparer.Ordinal).Select(same => new ModelResource
            {
                Name = same.Key,
                Kinds = [.. same.Select(model => model.Kind).Distinct()],
                OwnOf = [.. same.Where(model => model.IsDefault).Select(model => model.Kind).Distinct()],
                ContextTokens = same.Min(model => model.ContextTokens),
                Moved = moved.FirstOrDefault(move => move.Name == same.Key) is { } move ? ModelMoveResource.Of(move) : null,
                Workers = isOperator
                    ? [.. places.Where(place => place.Model.Names.Contains(same.Key, StringComparer.OrdinalIgnoreCase)).Select(place => ModelPlaceResource.Of(place.Host, place.Model))]
                    : null,
            }),
        ];
    }
}
