using System.Text;

namespace Lodestar.Core;

/// <summary>The names Lodestar gives to Git references, and the one rule that makes a task id safe inside a path.</summary>
/// <remarks>A branch and a folder of one name cannot both exist, hence the <c>run</c> and <c>t/</c> parts.</remarks>
public static class RefName
{
    /// <summary>Writes a task id so that it can stand in a reference or a file name:
    /// every UTF-8 byte outside <c>[A-Za-z0-9_-]</c> becomes <c>%XX</c>.</summary>
    public static string Escape(TaskId task)
    {
        var text = new StringBuilder(task.Value.Length);
        foreach (var value in Encoding.UTF8.GetBytes(task.Value))
        {
            if (char.IsAsciiLetterOrDigit((char)value) || value is (byte)'_' or (byte)'-')
                text.Append((char)value);
            else
                text.Append('%').Append(value.ToString("X2"));
        }

        return text.ToString();
    }

    /// <summary>The branch finished attempts of a run are integrated in, without <c>refs/heads/</c>.</summary>
    public static string RunBranch(RunId run) => $"lodestar/{run}/run";

    /// <summary>The branch one attempt works on, without <c>refs/heads/</c>.</summary>
    public static string AttemptBranch(RunId run, TaskId task, int attempt) =>
        $"lodestar/{run}/t/{Escape(task)}.{attempt}";

    /// <summary>The reference that keeps an attempt's commit for ever, whatever becomes of its branch.</summary>
    public static string AttemptPin(RunId run, TaskId task, int attempt) =>
        $"refs/lodestar/attempts/{run}/{Escape(task)}.{attempt}";

    /// <summary>The reference that keeps the work of an interrupted turn.</summary>
    /// <param name="run">The run.</param>
    /// <param name="task">The task.</param>
    /// <param name="attempt">Attempt.</param>
    /// <param name="occasion">What interrupted it: an incarnation id, or "retired".</param>
    public static string Saved(RunId run, TaskId task, int attempt, string occasion) =>
        $"refs/lodestar/saved/{run}/{Escape(task)}.{attempt}.{occasion}";

    /// <summary>The reference whose blob names the fence of the engine that owns the run.</summary>
    public static string Owner(RunId run) => $"refs/lodestar/runs/{run}/owner";

    /// <summary>The full name of a branch.</summary>
    public static string Branch(string name) => $"refs/heads/{name}";
}
