namespace Lodestar.Core.Spec;

/// <summary>Finds the knots of a directed graph: sets of nodes that all reach each other (Tarjan's algorithm, as a loop).</summary>
internal static class StrongComponents
{
    /// <summary>Gives every node the number of its knot.</summary>
    internal static int[] Of(TaskLinks edges)
    {
        var knots = new int[edges.Count];
        var order = new int[edges.Count];
        var low = new int[edges.Count];
        var visited = 0;
        var found = 0;
        var open = new Stack<int>();
        var walk = new Stack<(int Node, int Edge)>();
        for (var root = 0; root < edges.Count; root++)
        {
            if (order[root] != 0)
                continue;
            walk.Push((root, 0));
            while (walk.TryPop(out var step))
            {
                var (node, edge) = step;
                if (edge == 0)
                {
                    order[node] = low[node] = ++visited;
                    open.Push(node);
                }
                else if (knots[edges[node][edge - 1]] == 0)
                {
                    low[node] = Math.Min(low[node], low[edges[node][edge - 1]]);
                }

                if (edge < edges[node].Length)
                {
                    walk.Push((node, edge + 1));
                    var next = edges[node][edge];
                    if (order[next] == 0)
                        walk.Push((next, 0));
                }
                else if (low[node] == order[node])
                {
                    found++;
                    while (knots[node] == 0)
                        knots[open.Pop()] = found;
                }
            }
        }

        return knots;
    }
}
