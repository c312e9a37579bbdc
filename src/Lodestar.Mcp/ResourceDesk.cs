using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Lodestar.Core;
using Lodestar.Engine;
using Lodestar.Engine.Operations;
using Lodestar.Mcp.Answers;
using Lodestar.Mcp.Tools;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Lodestar.Mcp;

/// <summary>What clients read by address, and which addresses they want to hear about.</summary>
/// <param name="desk">Where the project is opened.</param>
internal sealed class ResourceDesk(ToolDesk desk)
{
    private const int PageItems = 100;
    private const int MostSubscriptions = 1000;
    private const int MostMessages = 200;
    private const long MostSpecBytes = AnswerSize.Most;
    private const string Json = "application/json";

    private readonly ConcurrentDictionary<string, bool> subscribed = new(StringComparer.Ordinal);

    /// <summary>The addresses that stand for many.</summary>
    public static ListResourceTemplatesResult Templates { get; } = new()
    {
        ResourceTemplates =
        [
            Template(ResourceUris.TaskPrefix + "{taskId}", "task", "Everything about one task."),
            Template(ResourceUris.TaskPrefix + "{taskId}" + ResourceUris.ThreadSuffix, "thread", "What was said about a task."),
            Template(ResourceUris.AgentPrefix + "{agentId}" + ResourceUris.InboxSuffix, "inbox", "What an agent has not read."),
            Template(ResourceUris.SchemaPrefix + "{tool}", "schema", "The full schema of a tool's result; error for that of a refused call."),
        ],
    };

    /// <summary>The addresses clients want to hear about.</summary>
    public IEnumerable<string> Subscribed => subscribed.Keys;

    /// <summary>Whether a client wants to hear about an address.</summary>
    public bool IsSubscribed(string uri) => subscribed.ContainsKey(uri);

    /// <summary>Notes that the client wants to hear about an address.</summary>
    public ValueTask<EmptyResult> Subscribe(string? uri)
    {
        if (uri is null || !IsReadable(uri))
            throw NotFound(uri);
        if (subscribed.Count >= MostSubscriptions)
            throw new McpProtocolException($"There are {MostSubscriptions} subscriptions already.", McpErrorCode.InvalidRequest);
        subscribed[uri] = true;
        return ValueTask.FromResult(new EmptyResult());
    }

    /// <summary>Notes that it does not any more.</summary>
    public ValueTask<EmptyResult> Unsubscribe(string? uri)
    {
        if (uri is not null)
            subscribed.TryRemove(uri, out _);
        return ValueTask.FromResult(new EmptyResult());
    }

    /// <summary>A page of what can be read: the spec, the status and the tasks that are still to be finished.</summary>
    public async ValueTask<ListResourcesResult> ListAsync(string? cursor, CancellationToken cancellation)
    {
        if (TaskCursor.Parse(cursor, out var after) is { } refusal)
            throw Refused(refusal, McpErrorCode.InvalidParams);
        var result = new ListResourcesResult { Resources = [] };
        if (after is null)
        {
            result.Resources.Add(new() { Uri = ResourceUris.Spec, Name = "spec", Description = "The task definitions, as committed.", MimeType = "text/yaml" });
            result.Resources.Add(new() { Uri = ResourceUris.Status, Name = "status", Description = "Where the project stands.", MimeType = Json });
        }

        // Without a readable spec there are no tasks to list; reading the spec says why.
        var tasks = await InSessionAsync(new ListTasks().ExecuteAsync, cancellation).ConfigureAwait(false);
        var open = tasks.Data?.Tasks.Where(task => task.Status != "verified").ToImmutableArray() ?? [];
        var page = TasksAnswer.Of(new TaskList(open, open.Length), after, PageItems);
        foreach (var task in page.Items)
            result.Resources.Add(new() { Uri = ResourceUris.Task(task.Id.Value), Name = task.Id.Value, Title = Short(task.Title), MimeType = Json });
        result.NextCursor = page.NextCursor;
        return result;
    }

    /// <summary>Reads one address.</summary>
    public async ValueTask<ReadResourceResult> ReadAsync(string? uri, CancellationToken cancellation)
    {
        if (uri is null)
            throw NotFound(uri);
        if (uri == ResourceUris.Spec)
            return Text(uri, "text/yaml", await SpecAsync(cancellation).ConfigureAwait(false));
        if (uri == ResourceUris.Status)
        {
            return await AnsweredAsync(
                uri, (session, token) => RepositoryTools.StatusAsync(session, null, token), McpJson.Default.StatusAnswer, null, cancellation).ConfigureAwait(false);
        }

        if (Part(uri, ResourceUris.SchemaPrefix, "") is { } tool)
            return Text(uri, "application/schema+json", SchemaOf(uri, tool));
        if (Part(uri, ResourceUris.AgentPrefix, ResourceUris.InboxSuffix) is { } agent)
        {
            return await AnsweredAsync(
                uri, new ReadInbox(agent, MostMessages).ExecuteAsync, MessageJson.Default.InboxMessages, new("messages"), cancellation).ConfigureAwait(false);
        }

        if (Part(uri, ResourceUris.TaskPrefix, ResourceUris.ThreadSuffix) is { } thread)
        {
            return await AnsweredAsync(
                uri, new ReadThread(thread, MostMessages).ExecuteAsync, MessageJson.Default.MessageThread, new("messages"), cancellation).ConfigureAwait(false);
        }

        if (Part(uri, ResourceUris.TaskPrefix, "") is { } task)
        {
            return await AnsweredAsync(
                uri,
                async (session, token) => Shaped(await new ShowTask(task).ExecuteAsync(session, token).ConfigureAwait(false)),
                McpJson.Default.TaskAnswer,
                null,
                cancellation).ConfigureAwait(false);
        }

        throw NotFound(uri);
    }

    private static Outcome<TaskAnswer> Shaped(Outcome<TaskDetails> shown) => shown.Data is null ? shown.Refusal! : TaskAnswer.Of(shown);

    private static bool IsReadable(string uri) =>
        uri is ResourceUris.Spec or ResourceUris.Status
        || Part(uri, ResourceUris.AgentPrefix, ResourceUris.InboxSuffix) is not null
        || Part(uri, ResourceUris.TaskPrefix, "") is not null
        || Part(uri, ResourceUris.TaskPrefix, ResourceUris.ThreadSuffix) is not null
        || (Part(uri, ResourceUris.SchemaPrefix, "") is { } tool && (tool == "error" || ToolList.Find(tool) is not null));

    /// <summary>The one name between a beginning and an end, unescaped; null for another address.</summary>
    private static string? Part(string uri, string begin, string end)
    {
        if (uri.Length <= begin.Length + end.Length || !uri.StartsWith(begin, StringComparison.Ordinal) || !uri.EndsWith(end, StringComparison.Ordinal))
            return null;
        var part = uri[begin.Length..^end.Length];
        return part.Contains('/', StringComparison.Ordinal) ? null : Uri.UnescapeDataString(part);
    }

    private static string SchemaOf(string uri, string tool) =>
        (tool == "error" ? ToolDescriptions.ErrorSchema() : ToolList.Find(tool) is { } found ? ToolDescriptions.Schema(found) : throw NotFound(uri)).ToJsonString();

    private async Task<string> SpecAsync(CancellationToken cancellation)
    {
        var opened = desk.Open();
        if (opened.Data is not { } session)
            throw Refused(opened.Refusal!, McpErrorCode.InternalError);
        using (session)
        {
            var file = new FileInfo(session.Context.Spec.Value);
            try
            {
                if (file.Length > MostSpecBytes)
                    throw new McpProtocolException($"The spec has {file.Length} bytes; read tasks one by one.", McpErrorCode.InvalidRequest);
                return await File.ReadAllTextAsync(file.FullName, cancellation).ConfigureAwait(false);
            }
            catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
            {
                throw new McpProtocolException($"The spec cannot be read: {cause.Message}", McpErrorCode.InternalError);
            }
        }
    }

    private async Task<ReadResourceResult> AnsweredAsync<T>(
        string uri,
        Func<EngineSession, CancellationToken, Task<Outcome<T>>> execute,
        JsonTypeInfo<T> type,
        PageShape? page,
        CancellationToken cancellation)
        where T : class
    {
        var outcome = await InSessionAsync(execute, cancellation).ConfigureAwait(false);
        if (outcome.Data is not { } data)
            throw Refused(outcome.Refusal!, outcome.Refusal!.Code is "task-unknown" or "agent-unknown" ? McpErrorCode.ResourceNotFound : McpErrorCode.InternalError);
        var answer = JsonSerializer.SerializeToNode(data, type)!.AsObject();
        AnswerSize.Fit(answer, page, AnswerSize.Usual - AnswerSize.Frame);
        return Text(uri, Json, answer.ToJsonString());
    }

    private async Task<Outcome<T>> InSessionAsync<T>(
        Func<EngineSession, CancellationToken, Task<Outcome<T>>> execute, CancellationToken cancellation)
        where T : class
    {
        try
        {
            return await Task.Run(() => desk.InSessionAsync(execute, cancellation), cancellation).ConfigureAwait(false);
        }
        catch (RefusedException refused)
        {
            return refused.Refusal;
        }
        catch (EnvironmentException broken)
        {
            return new Refusal(broken.Code, broken.Message, broken.Hint);
        }
    }

    private static ReadResourceResult Text(string uri, string type, string text) =>
        new() { Contents = [new TextResourceContents { Uri = uri, MimeType = type, Text = text }] };

    private static ResourceTemplate Template(string uri, string name, string description) =>
        new() { UriTemplate = uri, Name = name, Description = description, MimeType = Json };

    private static string Short(string title) => title.Length <= 80 ? title : title[..80] + "...";

    private static McpProtocolException NotFound(string? uri) =>
        new($"There is no resource {(uri is { Length: > 100 } ? uri[..100] + "..." : uri)}.", McpErrorCode.ResourceNotFound);

    private static McpProtocolException Refused(Refusal refusal, McpErrorCode code) =>
        new(refusal.Hint is null ? $"{refusal.Code}: {refusal.Message}" : $"{refusal.Code}: {refusal.Message} Hint: {refusal.Hint}", code);
}
