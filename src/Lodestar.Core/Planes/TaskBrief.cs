using System.Collections.Immutable;

namespace Lodestar.Core.Planes;

/// <summary>What somebody who takes a task up is told of it.</summary>
/// <param name="Task">The task.</param>
/// <param name="Title">One line.</param>
/// <param name="Goal">What is to be done; the title where there is no description.</param>
/// <param name="Criteria">What a reviewer checks.</param>
/// <param name="Locks">File scope.</param>
/// <param name="Priority">Lower first.</param>
/// <param name="Dependencies">What it builds on, and how far that is.</param>
/// <param name="Intent">Text of the product documents it was written for.</param>
/// <param name="Messages">What was said to it and not read.</param>
/// <param name="Commands">How to work on it.</param>
public sealed record TaskBrief(
    TaskId Task,
    string Title,
    string Goal,
    ImmutableArray<string> Criteria,
    ImmutableArray<string> Locks,
    int Priority,
    ImmutableArray<BriefLine> Dependencies,
    ImmutableArray<BriefLine> Intent,
    ImmutableArray<BriefLine> Messages,
    BriefCommands Commands);

/// <summary>A named piece of a brief.</summary>
/// <param name="Name">What it is: a task, a section of a document, who said it.</param>
/// <param name="Text">The text.</param>
public sealed record BriefLine(string Name, string Text);

/// <summary>How to work on a task.</summary>
/// <param name="Claim">Takes it.</param>
/// <param name="ReportProgress">Says how it goes.</param>
/// <param name="MarkDone">Finishes it.</param>
public sealed record BriefCommands(string Claim, string ReportProgress, string MarkDone);
