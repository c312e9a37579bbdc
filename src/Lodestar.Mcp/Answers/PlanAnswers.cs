using System.Collections.Immutable;
using Lodestar.Engine.Operations;

namespace Lodestar.Mcp.Answers;

/// <summary>Tasks that are out of the plan: the one named, then what depended on it.</summary>
internal sealed record DeleteAnswer(bool Ok, ImmutableArray<NamedTask> Deleted, int Count, ImmutableArray<ToolWarning> Warnings);

/// <summary>Tasks that are in the plan again.</summary>
internal sealed record RestoreAnswer(bool Ok, ImmutableArray<RestoredTask> Restored, int Count, ImmutableArray<ToolWarning> Warnings);
