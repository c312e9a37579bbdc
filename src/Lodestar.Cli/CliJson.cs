using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Lodestar.Cli.Commands;

namespace Lodestar.Cli;

/// <summary>JSON of what only the command line has; operations bring their own.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(GroupList))]
[JsonSerializable(typeof(CompletionScript))]
[JsonSerializable(typeof(Completions))]
[JsonSerializable(typeof(CrashLabels))]
[JsonSerializable(typeof(ServedClient))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class CliJson : JsonSerializerContext;
